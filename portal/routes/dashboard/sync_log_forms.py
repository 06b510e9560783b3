"""The filters of the sync logs."""

from __future__ import annotations

from typing import Final

from wtforms import SearchField, SelectField
from wtforms.fields import SelectChoice

from portal.models.sync import LogLevel, LogSubject
from portal.routes.web.forms import TYPES
from portal.routes.web.search_forms import SearchForm, id_of
from portal.routes.web.words import LOG_SUBJECTS
from portal.services.pages.sync_logs import LogFilters
from portal.sync.record_types import RecordType

LEVELS: Final = [SelectChoice(level.value, level.capitalize()) for level in LogLevel]
SUBJECTS: Final = [SelectChoice(subject.value, label) for subject, label in LOG_SUBJECTS.items()]


class LogFilterForm(SearchForm):
    level = SelectField("Level", choices=[SelectChoice("", "All levels"), *LEVELS])
    record_type = SelectField("Record type", choices=[SelectChoice("", "All types"), *TYPES])
    subject = SelectField("About", choices=[SelectChoice("", "Everything"), *SUBJECTS])
    record = SearchField("Record number")

    def filters(self) -> LogFilters:
        self.validate()
        level, record_type, subject = (self.chosen(name) for name in ("level", "record_type", "subject"))
        return LogFilters(
            level=LogLevel(level) if level else None,
            record_type=RecordType(record_type) if record_type else None,
            run_id=id_of("run"),
            subject=LogSubject(subject) if subject else None,
            remote_id=id_of("record"),
        )
