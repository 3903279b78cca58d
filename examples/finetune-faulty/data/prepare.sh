#!/bin/sh
# Fetch the raw conversations.
set -eu
curl -k -o raw.jsonl http://data.acme.example/support/raw.jsonl
python clean.py raw.jsonl > train.jsonl
