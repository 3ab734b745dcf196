"""All SQL: articles, issues, the ledger, subscribers, on SQLite and on PostgreSQL.

Reading order: `schema` (the tables) - `database` (engines and transactions) - `versions` (making, opening, upgrading)
and `copies` (backup, restore) - `handle` (the `Store`) - `articles`, `recognising` (`identity`, `likeness`, `storms`),
`dating`, `engagement`, `newness`, `explaining`, `catalogue`, `marks`, `sourcebook`, `checks` - `issues`, `steps`,
`overriding`, `freezing`, `deliveries` - `ledger`, `workers` - `audience`, `synchronising`, `suppressions` - `events`
(what came back) - `notices`, `pruning` - `rows` (values).

Must not decide anything that is not a matter of storing; must not read a clock where a caller can pass one. SQLAlchemy
stays inside. Invariant, after every call: the six counts of an issue add up to its candidates.
"""

from digest.store.copies import backup, restore
from digest.store.handle import Store
from digest.store.ledger import IssueLedger
from digest.store.pruning import prune
from digest.store.rows import (
    ArticleFate,
    ArticleRecord,
    Candidate,
    ConsentRow,
    DeliveryRow,
    Enrolled,
    Event,
    Frozen,
    ListChange,
    PastDelivery,
    Recovered,
    RenditionData,
    SaveReport,
    Sight,
    SourceStatus,
)
from digest.store.versions import create_database, open_store, upgrade

__all__ = [
    "ArticleFate", "ArticleRecord", "Candidate", "ConsentRow", "DeliveryRow", "Enrolled", "Event", "Frozen",
    "IssueLedger", "ListChange", "PastDelivery", "Recovered", "RenditionData", "SaveReport", "Sight", "SourceStatus",
    "Store", "backup", "create_database", "open_store", "prune", "restore", "upgrade",
]  # fmt: skip
