#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes C and documentation from the class files.

generate.py --out DIR [--require-docs] [--update-golden] datamodel
generate.py --list

A file is written only where its content changes. Every mistake in datamodel/
is reported as file:line: message, and all of them in one run.
"""

import argparse
import os
import sys

import c_cli
import c_dispatch
import c_errors
import c_header
import c_schema
import c_tables
import c_templates
import check
import cli_check
import cli_reader
import costs
import golden
import openrpc
import reader
import templates
import reference
import schema
import xe_man
from model import Report

BACK_ENDS = (c_header, c_tables, c_dispatch, c_errors, c_schema, c_cli,
             openrpc, reference, c_templates, xe_man)


def load(root, require_docs=False, update=False):
    """(model, report); the model is usable when report.errors is empty."""
    report = Report()
    model = reader.read(root, report)
    model.root = root
    model.templates = templates.read(root, report)
    check.complete(model, root, report)
    model.costs = costs.read(root, model, report)
    model.cli = cli_reader.read(root, report)
    if not report.errors:
        cli_check.complete(model, report)
    if not report.errors:
        golden.check(model, root, report, update)
        schema.check(model, root, report, update)
    if require_docs:
        report.errors += report.undocumented
    return model, report


def write_if_changed(path, text):
    data = text.encode()
    try:
        with open(path, "rb") as f:
            if f.read() == data:
                return
    except FileNotFoundError:
        pass
    with open(path, "wb") as f:
        f.write(data)


def main(argv):
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("datamodel", nargs="?")
    p.add_argument("--out", metavar="DIR", help="folder for what is made")
    p.add_argument("--list", action="store_true",
                   help="print the names of what is made")
    p.add_argument("--require-docs", action="store_true",
                   help="a missing sentence is an error")
    p.add_argument("--update-golden", action="store_true",
                   help="accept additions to the interface")
    args = p.parse_args(argv)
    if args.list:
        print("\n".join(n for b in BACK_ENDS for n in b.OUTPUTS))
        return 0
    if not args.datamodel or not args.out:
        p.error("want --out DIR and the folder datamodel")

    model, report = load(args.datamodel, args.require_docs,
                         args.update_golden)
    if report.errors:
        print("\n".join(Report.lines(report.errors)), file=sys.stderr)
        return 1
    if report.undocumented:
        print("%s: %d sentences are missing; --require-docs lists them"
              % (args.datamodel, len(report.undocumented)), file=sys.stderr)
    os.makedirs(args.out, exist_ok=True)
    for back_end in BACK_ENDS:
        for name, text in back_end.make(model).items():
            write_if_changed(os.path.join(args.out, name), text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
