"""`python -m soap.contract`: write the stored WSDLs and the coverage table anew, from the contracts."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from soap.asmx_services import TYPED_SERVICES
from soap.contract.coverage import TABLE, coverage_table
from soap.contract.resolving import contract
from soap.contract.wsdl import generated
from soap.data_exchange import OPERATIONS
from soap.svc.handlers import HANDLERS

_ROOT = Path(__file__).resolve().parent.parent.parent


def answered() -> Mapping[str, Collection[str]]:
    """The use cases that this program answers, by service."""
    typed = {service.name: service.operations for service in TYPED_SERVICES.values()}
    return {**HANDLERS, **typed, "DataExchange": OPERATIONS}


def main() -> None:
    """Write what belongs in the repository, and say how much changed."""
    wsdls = {f"soap/wsdl/{each.wsdl}.wsdl": generated(each) for each in contract().endpoints if each.wsdl}
    wanted = {_ROOT / name: text for name, text in {**wsdls, TABLE: coverage_table(answered())}.items()}
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in changed:
        path.write_text(wanted[path], "utf-8")
    sys.stdout.write(f"{len(wanted)} files, {len(changed)} of them written anew\n")


if __name__ == "__main__":
    main()
