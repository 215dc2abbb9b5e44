"""The fuzzer: mutated requests at the doors and the readers behind them, led by what code they reach.

By hand: ``python -m fuzz --runs 100000``. Not shipped, and not part of the gateway.
"""
