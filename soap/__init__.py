"""The legacy front door: the closed SOAP contracts, answered by the core.

A room of doors: each parses a call, asks the core one thing, and translates the answer.
"""

from soap.app import answers, create_soap_app
from soap.contract import operation_names
from soap.notice import SunsetNotice
from soap.options import SoapOptions

__all__ = ["SoapOptions", "SunsetNotice", "answers", "create_soap_app", "operation_names"]
