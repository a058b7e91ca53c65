"""The writes of a batch with an entry of its own: its money is reserved, or what is left of it goes
back. Vouchers are minted from it by their own entries, which name it."""

from collections.abc import Mapping

from farechance.batches import Batch
from farechance.ledger import Account, Facts, Kind, append
from farechance.programs import Rules
from farechance.store import Write, keys, writes


def batch_entry(
    batch: Batch, kind: Kind, changes: Mapping[Account, int], rules: Rules
) -> tuple[Batch, Write]:
    """The batch with its chain ending in the entry, and the entry: each kind stands once."""
    chain, entry = append(
        batch.chain,
        account=keys.batch_account(batch.batch_id),
        identity=kind.value,
        kind=kind,
        program_id=batch.program_id,
        zone=rules.zone,
        now=batch.progressed_at,
        facts=Facts(
            partner_id=batch.partner_id,
            batch_id=batch.batch_id,
            purpose=batch.purpose,
            reason=batch.stopped_reason,
        ),
        changes=changes,
    )
    return batch.model_copy(update={"chain": chain}), writes.put_entry(entry)
