"""The definition files, in the notation that soap.contract.notation explains."""
