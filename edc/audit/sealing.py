"""Storing an act: the act, the history rows and one seal per chain, in the transaction of the data."""

import secrets
from collections import defaultdict
from typing import Any

from django.db import connection

from edc import __version__
from edc.audit import canonical
from edc.audit.batch import Batch
from edc.audit.models import Act, ChainHead, Seal
from edc.audit.recording import Recording, chain_of

HEADS = f'SELECT chain, number, hash FROM "{ChainHead._meta.db_table}" WHERE chain IN'  # noqa: S608 - no typing in it
MOVED_ON = " ON CONFLICT (chain) DO UPDATE SET number = excluded.number, hash = excluded.hash"


def write(recording: Recording) -> Act | None:
    """Store what was recorded and return the act; an act that touched nothing leaves nothing, unless it must.

    Heads of chains are locked here, last and in ascending order, so that two operations can never wait for each
    other in a circle; then act, history, seals and heads are written in one go.
    """
    if not recording.rows and not recording.always:
        return None
    act = _act(recording)
    by_model: dict[type[Any], list[Any]] = defaultdict(list)
    by_chain: dict[str, list[str]] = defaultdict(list)
    for row in recording.rows:
        by_model[type(row)].append(row)
        by_chain[row.chain].append(canonical.digest("row", row.canonical))
    if not by_chain:
        by_chain[chain_of(trial_id=act.trial_id, subject_id=act.subject_id)] = []
    batch = Batch()
    for derived, on_conflict in recording.derived:
        batch.insert(derived, on_conflict)
    batch.insert([act])
    for rows in by_model.values():
        batch.insert(rows)
    _seal(act, by_chain, batch)
    batch.send()
    return act


def _act(recording: Recording) -> Act:
    by, scope = recording.by, recording.scope
    act = Act(
        id=recording.id,
        at=recording.at,
        actor_key=by.key,
        actor_username=by.username,
        actor_name=by.name,
        actor_role=by.role,
        actor_organisation=by.organisation,
        operation=recording.operation,
        sentence=recording.sentence,
        reason=recording.reason,
        outcome=recording.outcome,
        channel=by.channel,
        request_id=by.request_id,
        software=__version__,
        trial_id=scope.trial_id,
        site_id=scope.site_id,
        subject_id=scope.subject_id,
        trial_code=scope.trial_code,
        site_code=scope.site_code,
        subject_label=scope.subject_label,
        form=recording.form,
        record_id=recording.record_id,
        touched=sorted({row.instance_type._meta.label_lower for row in recording.rows}),
        detail=canonical.plain(recording.detail),
        blinding=recording.blinding,
    )
    act.canonical = act_text(act)
    if act.blinding == Act.Blinding.UNBLINDING:
        nonce = secrets.token_hex(32)
        act.opening = canonical.canonical_json({"nonce": nonce, "text": act.canonical})
        act.reason, act.detail = "", {}
        act.canonical = canonical.canonical_json(
            {"act": act.id, "commitment": canonical.commitment(nonce, act.canonical)}
        )
    return act


def act_text(act: Act) -> str:
    """Return the canonical text of an act: every column that says something, and a salt.

    A refused attempt holds what was typed; without a salt its digest would tell that to whoever tries all dates.
    """
    columns = {
        field.name: getattr(act, field.attname)
        for field in Act._meta.concrete_fields
        if field.name not in ("canonical", "opening")
    }
    return canonical.canonical_json(columns | {"salt": canonical.salt()})


def _seal(act: Act, by_chain: dict[str, list[str]], batch: Batch) -> None:
    chains = sorted(by_chain)
    heads = _locked(chains)
    if len(heads) < len(chains):
        ChainHead.objects.bulk_create([ChainHead(chain=chain) for chain in chains], ignore_conflicts=True)
        heads = _locked(chains)
    act_digest = canonical.digest("act", act.canonical)
    seals = []
    for chain in chains:
        head = heads[chain]
        text = canonical.seal_text(
            chain=chain,
            number=head.number + 1,
            previous=head.hash,
            act=act_digest,
            rows=by_chain[chain],
        )
        seals.append(
            Seal(
                chain=chain,
                number=head.number + 1,
                act=act,
                previous=head.hash,
                hash=canonical.digest("seal", text),
            )
        )
        head.number, head.hash = seals[-1].number, seals[-1].hash
    batch.insert(seals)
    batch.insert(list(heads.values()), MOVED_ON)


def _locked(chains: list[str]) -> dict[str, ChainHead]:
    marks = ", ".join(["%s"] * len(chains))
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{HEADS} ({marks}) ORDER BY chain{lock}", chains)
        return {chain: ChainHead(chain, number, last) for chain, number, last in cursor.fetchall()}
