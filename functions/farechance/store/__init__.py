"""The store: the only place that knows DynamoDB. `keys` names every item, `writes` builds every
write with its condition, `database` carries out reads and transactions and translates errors,
`remembered` keeps for a minute what changes seldom. It must never decide about money.

Access patterns (every read is of the table itself and consistent, unless an index is named):

    what                                   table     key or index
    ─────────────────────────────────────  ────────  ─────────────────────────────────────────────
    programme; a version of its rules      programs  program#{prg}            | program, rules#0001
    allotments of a programme              programs  allotment#{prg}          | {org}
    partner; the partner of a client       programs  partner#{org}; client#{} | -
    provider; an admin command's answer    programs  provider#{pvd}; command#{} | -
    every programme, partner, provider     programs  programs; partners; providers | {id}
    a partner's batches; a file's content  programs  batch#{org}              | batch#…, content#…
    batches with something left to do      programs  index by_due {batches}
    reports of a programme, by month       programs  report#{prg}             | {month}
    a programme's salt; its statements     programs  salt#{prg}; statement#{prg} | -, {month}#{pvd}
    rows of a batch                        people    batch#{bat}#{page}       | rows
    voucher by code or authorization       vouchers  voucher#{key from the code}
    ride by (provider, ride)               vouchers  ride#{pvd}#{ride_id}
    a mint's idempotency key               vouchers  key#{org}#{digest of the key}
    vouchers of an allotment, by time      vouchers  index by_allotment {prg}#{org}
    … of one subject, or by last 4         vouchers  the same, filtered as it is read
    how often a code was sent on a day     vouchers  send#{voucher key}#day#{day}
    a send's idempotency key               vouchers  send#{voucher key}#key#{digest of the key}
    participant; a partner's participants  people    {org}                    | participant#{par}
    external reference; enrollment's key   people    {org}                    | reference#…, key#…
    calls about a person; who was erased   people    {org}                    | call#{par}#…,
                                                                                erased#{par}
    people whose time to be erased came    people    index by_erasure {shard}
    outcomes counted, by month             people    outcomes#{prg}           | {month}#{org}#{kind}
    a person's vouchers                    vouchers  index by_subject {subject_id}
    an event's entry                       ledger    {account}                | {event's identity}
    an account's entries, in order         ledger    index by_sequence (local, consistent)
    the entries of a month                 ledger    index by_month {prg}#{month}#{shard}
    … that somebody should look at         ledger    the same, the newest, filtered as it is read
"""

from farechance.store.database import (
    AllotmentPage,
    AllotmentPlace,
    Exceptions,
    Found,
    LostRace,
    Store,
)
from farechance.store.keys import Key
from farechance.store.remembered import Remembered
from farechance.store.writes import Write

__all__ = [
    "AllotmentPage",
    "AllotmentPlace",
    "Exceptions",
    "Found",
    "Key",
    "LostRace",
    "Remembered",
    "Store",
    "Write",
]
