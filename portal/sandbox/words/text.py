"""Sentences for notes and descriptions, some with HTML, as people paste them."""

from __future__ import annotations

SENTENCES = (
    "Asked to be called before noon.",
    "Prefers e-mail; the switchboard closes at four.",
    "Renewal was agreed by telephone, paper follows.",
    "The server room key hangs at the front desk.",
    "Backups run at 02:00, do not restart before three.",
    "New office opens in spring, expect twelve more seats.",
    "Wants one invoice per site.",
    "Firewall change needs a signed form.",
    "Ο υπεύθυνος λείπει κάθε Παρασκευή.",
    "Просят связываться только по почте.",
    "请在上午联系财务部。",
    "月末は電話がつながりにくい。",
    "الاتصال بعد الظهر فقط.",
    "<p>See <b>site plan</b> &amp; photos in the shared folder.</p>",
    "<ul><li>two switches</li><li>one access point per floor</li></ul>",
)

SUBJECTS = (
    "Backup for Microsoft 365",
    "Cabling of the new floor",
    "Cyber Essentials preparation",
    "Firewall replacement",
    "Laptop refresh",
    "Managed detection and response",
    "Migration to SharePoint",
    "Phones to the cloud",
    "Second internet line",
    "Server to Azure",
    "Wi-Fi survey",
)

ROLES = (
    "Accountant",
    "Buyer",
    "Chief of staff",
    "Geschäftsführerin",
    "IT coordinator",
    "Office manager",
    "Practice manager",
    "Receptionist",
    "Warehouse lead",
    "Διευθυντής",
    "经理",
)
