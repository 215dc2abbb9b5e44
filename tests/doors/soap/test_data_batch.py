"""The DataBatch read into the core's batch: what is required, what is tolerated, what is kept (soap-asmx §3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soap.data_batch import UnreadableBatch, read_batch
from soap.verbatim import form_bodies
from tests.doors.soap.asmx_client import batch, unit

FORM = '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"/>'


def test_everything_sent_is_in_the_batch() -> None:
    extra = (
        '<Attachments><Attachment participantId="4711" sendersReference="V1" parentReference="A1" '
        'fileName="a.txt">aGVp</Attachment></Attachments><Signature xmlns="urn:sig">x</Signature><More/>'
    )
    main = unit("310000000", "A1", completed="True", locked="1", parentReference="A1", unknown="x")
    child = unit("310000507", "A2", body=FORM, parentReference="A1")
    read = read_batch(batch(main, child, extra=extra, receiptUrl="https://fagsystem.example/k"))
    assert (read.batch_id, read.enterprise_system, read.schema_version) == ("310000000-01-42", 4711, "1.1")
    assert (read.receipt_type, read.receipt_url) == ("OnDemand", "https://fagsystem.example/k")
    assert read.signature == '<Signature xmlns="urn:sig">x</Signature>'
    first, second = read.units
    assert (first.participant, first.reference, first.parent_reference) == ("310000000", "A1", None)
    assert (first.completed, first.locked, first.form) == (True, True, "asmx:212/4348")
    assert (second.parent_reference, second.completed, second.locked, second.body) == ("A1", False, False, FORM)
    (file,) = read.attachments
    assert (file.reference, file.parent_reference, file.file_name, file.content) == ("V1", "A1", "a.txt", b"hei")


GOOD = batch(unit("310000000", "A1", body=FORM))
MISSING = {
    "batchId": GOOD.replace('batchId="310000000-01-42"', ""),
    "enterpriseSystemId": GOOD.replace('"4711"', '" "'),
    "participantId": GOOD.replace('participantId="310000000"', ""),
    "avsenders referanse": GOOD.replace('sendersReference="A1"', ""),
    "skjemanummer": GOOD.replace('"212"', '"212a"'),
    "spesifikasjonsnummer": GOOD.replace('"4348"', '"４３４８"'),
    "enterpriseSystemId er ikke": GOOD.replace('"4711"', '"99999999999"'),
    "nøyaktig ett Skjema": GOOD.replace(FORM, FORM + FORM),
    "ingen DataUnit": batch(),
    "completed": GOOD.replace("<DataUnit ", '<DataUnit completed="ja" '),
    "base64": GOOD.replace(
        "</DataBatch>", '<Attachments><Attachment parentReference="A1">?</Attachment></Attachments></DataBatch>'
    ),
    "parentReference": GOOD.replace(
        "</DataBatch>", "<Attachments><Attachment>aGVp</Attachment></Attachments></DataBatch>"
    ),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_is_named_and_the_ids_are_echoed(what: str) -> None:
    with pytest.raises(UnreadableBatch, match=what) as raised:
        read_batch(MISSING[what])
    assert raised.value.batch_id == (None if what == "batchId" else "310000000-01-42")


# Bodies as senders write them: what must come back to the letter.
PIECES = st.sampled_from(
    [
        "<a>",
        "</a>",
        "<a b='1'/>",
        "<!-- </Skjema> -->",
        "<![CDATA[<Skjema>]]>",
        "<?x </Skjema>?>",
        "&#150;",
        "æ",
        '<a c=">"/>',
        "\n\t",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=4))
def test_a_body_comes_back_to_the_letter(contents: list[str]) -> None:
    bodies = [f'<Skjema n="{place}"  >{content}</Skjema >' for place, content in enumerate(contents)]
    document = "<DataBatch><!-- x --><DataUnits>{}</DataUnits></DataBatch>".format(
        "".join(f"<DataUnit a='/>'>{body}<Skjemaer/></DataUnit>" for body in bodies)
    )
    try:
        root = etree.fromstring(document)
    except etree.XMLSyntaxError:
        return
    assert form_bodies(document, root.findall("DataUnits/DataUnit/Skjema")) == bodies


def test_a_body_that_leans_on_prefixes_above_it_is_written_out_with_them() -> None:
    body = '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"><x i:nil="true"/></Skjema>'
    sent = batch(unit("310000000", "A1", body=body)).replace("<DataBatch ", '<DataBatch xmlns:i="urn:i" ')
    kept = read_batch(sent).units[0].body
    assert etree.fromstring(kept)[0].get("{urn:i}nil") == "true"
