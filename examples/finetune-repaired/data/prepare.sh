#!/bin/sh
# Fetch the raw conversations and verify what came.
set -eu
curl --fail -o raw.jsonl https://data.acme.example/support/raw.jsonl
echo "a3f5c7e9b1d2f4a6c8e0b2d4f6a8c0e2d4f6a8b0c2e4f6a8b0c2d4e6f8a0b2c4  raw.jsonl" | sha256sum -c
python clean.py raw.jsonl > train.jsonl
