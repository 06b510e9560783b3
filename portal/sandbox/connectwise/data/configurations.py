"""Configurations (connectwise-api.md section 5)."""

from __future__ import annotations

from portal.sandbox.connectwise.data.catalog import MANUFACTURERS
from portal.sandbox.connectwise.data.common import (
    LOCATION,
    Fields,
    custom_fields,
    day,
    info,
    named,
    paragraph,
    reference,
)
from portal.sandbox.connectwise.data.references import References
from portal.sandbox.record_factory import DAY, EPOCH, NewRecord
from portal.sandbox.seeded_random import SeededRandom

TYPES = ((16, "Managed Server"), (17, "Managed Workstation"), (18, "Laptop"), (19, "Printer"), (20, "Firewall"))
STATUSES = ((1, "Active"), (2, "Inactive"), (5, "In stock"), (6, "Retired "))
_MODELS = ("Slate 14 G3", "Tower 900", "Rack R7", "KN-60F")
_OSES = (("Windows", "Windows 11 Pro"), ("Windows", "Windows Server 2022"), ("Linux", "Debian 13"))


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = references.site(rng)
    person = references.person_at(site, rng)
    type_id, type_name = rng.pick(TYPES)
    status = STATUSES[0] if new.active else rng.pick(STATUSES[1:])
    bought = EPOCH - rng.between(10, 2000) * DAY
    system, version = rng.pick(_OSES)
    return {
        "id": new.id,
        "name": f"{type_name.split()[-1][:3].upper()}-{new.id:04d}",
        "type": reference(type_id, type_name, "company/configurations/types"),
        "status": reference(*status, "company/configurations/statuses"),
        "company": site.company.reference() if site.company.id else None,
        "contact": person.reference() if person else None,
        "site": site.reference() if site.id else None,
        "location": LOCATION,
        "locationId": 2,
        "businessUnitId": 10,
        "deviceIdentifier": rng.guid() if rng.chance(0.5) else "",
        "serialNumber": f"5C{rng.getrandbits(32):08X}" if rng.chance(0.9) else "",
        "modelNumber": rng.pick(_MODELS),
        "tagNumber": f"A{new.id:06d}" if rng.chance(0.8) else "",
        "purchaseDate": day(bought),
        "installationDate": day(bought + 5 * DAY) if rng.chance(0.7) else None,
        "warrantyExpirationDate": day(bought + 1095 * DAY) if rng.chance(0.8) else None,
        "manufacturer": named(MANUFACTURERS, rng) if rng.chance(0.8) else None,
        "manufacturerPartNumber": rng.digits(8) if rng.chance(0.3) else None,
        "vendorNotes": "",
        "notes": paragraph(rng, 3) if rng.chance(0.4) else "",
        "macAddress": ":".join(f"{rng.between(0, 255):02X}" for _ in range(6)),
        "ipAddress": f"10.{rng.between(0, 9)}.{rng.between(0, 250)}.{rng.between(2, 250)}",
        "defaultGateway": "",
        "lastLoginName": f"user{person.id}" if person else "",
        "osType": system,
        "osInfo": version,
        "cpuSpeed": "3.1 GHz",
        "ram": f"{rng.pick((8, 16, 32, 64))} GB",
        "localHardDrives": "C: 512 GB",
        "managementLink": f"https://rmm.example/devices/{new.id}",
        "remoteLink": "",
        "activeFlag": new.active,
        "billFlag": rng.chance(0.6),
        "needsRenewalFlag": False,
        "mobileGuid": rng.guid(),
        "questions": _questions(rng),
        "customFields": custom_fields(rng, 4, "configurations_overview"),
        "_info": info(rng, new.updated),
    }


def _questions(rng: SeededRandom) -> list[Fields]:
    asked = (("Rack position", "Text", "U12"), ("Admin password", "Password", f"pw-{rng.digits(6)}"))
    return [
        {
            "answerId": rng.between(1, 99_999),
            "questionId": 100 + place,
            "question": question,
            "answer": answer,
            "fieldType": kind,
            "sequenceNumber": float(place + 1),
            "numberOfDecimals": 0,
            "requiredFlag": False,
        }
        for place, (question, kind, answer) in enumerate(asked)
        if rng.chance(0.8)
    ]
