"""Form bodies against their schemas, from many threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.domain.identifiers import ServiceId
from core.services.forms import problem_with_body
from core.store.store import Store

FORM = ServiceId("asmx:212/4348")
SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Skjema"><xs:complexType><xs:sequence>'
    '<xs:element name="post" type="xs:int" maxOccurs="unbounded"/>'
    "</xs:sequence></xs:complexType></xs:element></xs:schema>"
)
THREADS = 8
TIMES = 200


def test_each_sender_is_told_of_its_own_body_only(store: Store) -> None:
    store.write(lambda ledger: ledger.set_form_schema(FORM, SCHEMA))

    def told(sender: int) -> set[str | None]:
        posts = "<post>1</post>" * 300
        wrong, right = f"<Skjema>{posts}<fra{sender}/></Skjema>", f"<Skjema>{posts}</Skjema>"
        return {problem_with_body(store, FORM, body) for body in (wrong, right) * TIMES}

    with ThreadPoolExecutor(THREADS) as senders:
        found = list(senders.map(told, range(THREADS)))
    for sender, problems in enumerate(found):
        (problem,) = problems - {None}
        assert len(problems) == 2
        assert f"'fra{sender}'" in (problem or "")
