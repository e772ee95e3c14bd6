# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads datamodel/templates, whose grammar stands at its top."""

import copy
import os
import re
import shlex
from dataclasses import dataclass, field as member

from reader import Mistake

NAME = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*\Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
SIZE = re.compile(r"([1-9][0-9]*)([KMGT]?)\Z")
UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}

# What a setting wants behind its name; each word is read by READ.
SHAPES = {
    "about": ("text",),
    "domain": ("domain",),
    "firmware": ("firmware",),
    "boot-order": ("order",),
    "memory": ("size", "size"),
    "vcpus": ("count",),
    "disk": ("size", "word"),       # and perhaps "bootable"
    "platform": ("word", "word"),
    "other": ("word", "word"),
    "recommend": ("word", "bound", "limit"),
    "limit": ("word", "limit"),
    "PV-bootloader": ("word",),
    "PV-args": ("text",),
    "generation-id": ("word",),
}
MAPS = ("platform", "other", "recommend", "limit")
WANTED = ("domain", "memory", "vcpus")


@dataclass
class Section:
    """A base or, with a uuid, a template."""

    name: str
    where: tuple
    uuid: str = ""
    label: str = ""
    settings: dict = member(default_factory=dict)
    own_disks: bool = False

    def map(self, name):
        return self.settings.get(name, {})

    def get(self, name, otherwise=None):
        return self.settings.get(name, otherwise)


def one_of(*choices):
    def read(text):
        if text not in choices:
            raise Mistake("%s is none of %s" % (text, " ".join(choices)))
        return text
    return read


def read_size(text):
    found = SIZE.match(text)
    if not found:
        raise Mistake("%s is no size: want a number and K, M, G or T" % text)
    return int(found.group(1)) << UNITS[found.group(2)]


def read_count(text):
    if not text.isdigit() or not 0 < int(text) < 10000:
        raise Mistake("%s is no count" % text)
    return int(text)


def read_limit(text):
    """A size becomes a number; other words stay."""
    return str(read_size(text)) if SIZE.match(text) else text


def read_order(text):
    if not re.match(r"[cdn]+\Z", text) or len(set(text)) < len(text):
        raise Mistake("%s is no boot order: letters of c d n" % text)
    return text


READ = {
    "text": str, "word": str, "size": read_size, "count": read_count,
    "limit": read_limit, "order": read_order,
    "bound": one_of("min", "max", "value"),
    "domain": one_of("hvm", "pv_in_pvh"),
    "firmware": one_of("bios", "uefi"),
}


def set_value(section, word, words):
    shape = SHAPES[word]
    bootable = word == "disk" and len(words) == 3 and words[2] == "bootable"
    if len(words) != len(shape) + bootable:
        raise Mistake("%s takes %s" % (word, " ".join(shape)))
    values = [READ[kind](text) for kind, text in zip(shape, words)]
    settings = section.settings
    if word in MAPS:
        settings.setdefault(word, {})[values[0]] = \
            values[1] if len(values) == 2 else tuple(values[1:])
    elif word == "disk":
        if not section.own_disks:
            settings["disk"], section.own_disks = [], True
        settings["disk"].append((*values, bootable))
    else:
        settings[word] = values[0] if len(values) == 1 else tuple(values)


def check(section):
    """A template must be able to become a VM."""
    missing = [w for w in WANTED if w not in section.settings]
    if section.get("domain") == "hvm":
        missing += [w for w in ("firmware", "boot-order")
                    if w not in section.settings]
    if missing:
        raise Mistake("template %s lacks %s"
                      % (section.name, " ".join(missing)))
    low, high = section.get("memory")
    if low > high:
        raise Mistake("template %s: its least memory is above its most"
                      % section.name)


class TemplatesReader:
    def __init__(self, path, report):
        self.path, self.report = path, report
        self.bases, self.templates = {}, {}
        self.section = None
        self.where = (path, 0)

    def read(self, lines):
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\n")
            if not text.strip() or text.lstrip("\t").startswith("#"):
                continue
            self.attempt((self.path, number), self.line, text)
        for template in self.templates.values():
            self.attempt(template.where, check, template)
        return list(self.templates.values())

    def attempt(self, where, action, *args):
        try:
            self.where = where
            action(*args)
        except Mistake as e:
            self.report.error(where, str(e))

    def line(self, text):
        try:
            words = shlex.split(text)
        except ValueError as e:
            raise Mistake("this cannot be read: %s" % e) from None
        if not text.startswith("\t"):
            self.section = None     # its settings belong to nobody
            self.begin(words)
        elif text.startswith("\t\t") or text != text.rstrip():
            raise Mistake("indent with one tab, no space at the end")
        elif self.section:
            self.setting(words.pop(0), words)
        else:
            raise Mistake("a setting belongs to a base or a template")

    def begin(self, words):
        if words[0] not in ("base", "template"):
            raise Mistake("unknown word %s: want base or template" % words[0])
        is_base = words[0] == "base"
        if len(words) != (2 if is_base else 4):
            raise Mistake("want: base NAME, or template NAME UUID \"LABEL\"")
        if not NAME.match(words[1]):
            raise Mistake("%s is no name" % words[1])
        section = Section(words[1], self.where)
        if not is_base:
            self.identify(section, *words[2:])
        known = self.bases if is_base else self.templates
        if section.name in known:
            raise Mistake("%s %s stands twice" % (words[0], section.name))
        known[section.name] = self.section = section

    def identify(self, section, uuid, label):
        if not UUID.match(uuid):
            raise Mistake("%s is no uuid" % uuid)
        for other in self.templates.values():
            if uuid == other.uuid:
                raise Mistake("template %s has that uuid" % other.name)
        section.uuid, section.label = uuid, label

    def setting(self, word, words):
        if word == "like":
            self.like(words)
        elif word in SHAPES:
            set_value(self.section, word, words)
        else:
            raise Mistake("unknown setting %s" % word)

    def like(self, words):
        if self.section.settings:
            raise Mistake("like stands first")
        if len(words) != 1 or words[0] not in self.bases:
            raise Mistake("want: like BASE, one that stands above")
        base = self.bases[words[0]]
        if base is self.section:
            raise Mistake("a base cannot be like itself")
        self.section.settings = copy.deepcopy(base.settings)


def read(root, report):
    """The templates; none where there is no such file."""
    path = os.path.join(root, "templates")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return TemplatesReader(path, report).read(f)
