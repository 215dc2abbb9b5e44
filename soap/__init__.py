"""The legacy front door: the closed SOAP contracts, answered by the core.

A room of doors: each parses a call, asks the core one thing, and translates the answer.
"""

from soap.app import SoapOptions, answers, create_soap_app

__all__ = ["SoapOptions", "answers", "create_soap_app"]
