"""All tables, in order of their foreign keys. A test compares the migrations with this list."""

from __future__ import annotations

from typing import Final

from portal.db import BaseModel
from portal.models.accounts import Account, User
from portal.models.alerts import AlertDestination, AlertMessage
from portal.models.audit import AuditEntry
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.connection_tests import ConnectionTest
from portal.models.daily_counts import DailyCount
from portal.models.delivery_store import DeliveryStore
from portal.models.exclusions import Exclusion
from portal.models.filters import FilterPreview, FilterVersion
from portal.models.guessing import GuessCount, KnownDevice
from portal.models.hand_exclusions import HandExclusion
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.issues import Issue, IssueEvent
from portal.models.named_choices import NamedChoice
from portal.models.records import Record, RecordChange, RecordCount
from portal.models.row_details import RowDetail
from portal.models.second_factor import Authenticator, RecoveryCode
from portal.models.sessions import LoginSession
from portal.models.signing_keys import SigningKey
from portal.models.support_access import SupportAccess
from portal.models.switching import ClientPair, ClientPairing, PairingClient
from portal.models.sync import RemoteList, SyncLog, SyncPage, SyncRun, SyncStep
from portal.models.webhooks import Delivery, Refetching, RefetchRequest

TABLES: Final[list[type[BaseModel]]] = [
    Account,
    User,
    LoginSession,
    GuessCount,
    KnownDevice,
    Authenticator,
    RecoveryCode,
    AuditEntry,
    Integration,
    Record,
    RecordChange,
    RecordCount,
    DailyCount,
    Exclusion,
    HandExclusion,
    RowDetail,
    NamedChoice,
    SyncRun,
    SyncStep,
    SyncPage,
    SyncLog,
    RemoteList,
    HeldDelete,
    Delivery,
    DeliveryStore,
    RefetchRequest,
    Refetching,
    SigningKey,
    TenantBudget,
    TenantUse,
    ClientPairing,
    PairingClient,
    ClientPair,
    Issue,
    IssueEvent,
    AlertDestination,
    AlertMessage,
    FilterVersion,
    FilterPreview,
    ConnectionTest,
    SupportAccess,
]
