# SPDX-License-Identifier: LGPL-2.1-or-later
"""datamodel/templates: what is inherited, what is refused, what is made."""

import os
import unittest
import xml.dom.minidom

import tap
from fixture import Datamodel, complaints

import c_templates
import generate

UUID = "7921d301-2bf2-4cf2-ba9a-612f16f04e65"
OTHER = "77e57ea5-5688-4628-9e8e-235365518919"

BASES = """\
base any
	vcpus 1
	memory 512M 1G
	disk 8G system bootable
	platform acpi 1
	platform pae true
	limit number-of-vifs 7

base web
	like any
	domain hvm
	firmware uefi
	boot-order cdn
	platform pae false
	recommend vcpus-max max 4K

"""
WEB = 'template web-1 %s "Web & \\"more\\""\n\tlike web\n' % UUID


def template(text, name=None):
    """The one template of this file."""
    model, lines = Datamodel({"templates": BASES + text}).load(update=True)
    assert not lines, lines
    return model.templates[0]


def refusals(text):
    """What is wrong with lines behind the bases, without the file's name."""
    first = BASES.count("\n")
    out = []
    for line in complaints({"templates": BASES + text}):
        name, number, message = line.split(":", 2)
        assert name == "templates", line
        out.append("%d:%s" % (int(number) - first, message))
    return out


class Templates(unittest.TestCase):
    def test_a_template_is_like_its_bases(self):
        web = template(WEB)
        self.assertEqual(web.get("domain"), "hvm")
        self.assertEqual(web.get("memory"), (512 << 20, 1 << 30))
        self.assertEqual(web.get("disk"), [(8 << 30, "system", True)])

    def test_later_lines_replace_those_of_the_base(self):
        web = template(WEB + "\tvcpus 2\n\tplatform acpi 0\n")
        self.assertEqual(web.get("vcpus"), 2)
        self.assertEqual(web.map("platform"), {"acpi": "0", "pae": "false"})

    def test_disks_of_its_own_replace_all_of_the_base(self):
        web = template(WEB + "\tdisk 1G system\n\tdisk 2G data\n")
        self.assertEqual(web.get("disk"), [(1 << 30, "system", False),
                                           (2 << 30, "data", False)])

    def test_templates_of_one_base_do_not_change_each_other(self):
        model, _ = Datamodel({"templates": BASES + WEB + "\tplatform a b\n"
                              'template two %s "Two"\n\tlike web\n' % OTHER
                              }).load(update=True)
        self.assertNotIn("a", model.templates[1].map("platform"))

    def test_a_mistake_is_told_with_its_line(self):
        for line, message in (
                ("\tvcpus 0", "0 is no count"),
                ("\tvcpus x", "x is no count"),
                ("\tvcpus 1 2", "vcpus takes count"),
                ("\tmemory 1G", "memory takes size size"),
                ("\tmemory 1G 0", "0 is no size: "
                                  "want a number and K, M, G or T"),
                ("\tmemory 1G 2X", "2X is no size: "
                                   "want a number and K, M, G or T"),
                ("\tdomain pv", "pv is none of hvm pv_in_pvh"),
                ("\tfirmware rom", "rom is none of bios uefi"),
                ("\tboot-order cx", "cx is no boot order: "
                                    "letters of c d n"),
                ("\tboot-order cc", "cc is no boot order: "
                                    "letters of c d n"),
                ("\trecommend a most 1", "most is none of min max value"),
                ("\tdisk 1G system maybe", "disk takes size word"),
                ("\tcolour red", "unknown setting colour"),
                ("\tlike web", "like stands first"),
                ("\t\tvcpus 1",
                 "indent with one tab, no space at the end"),
                ("\tvcpus 1 ",
                 "indent with one tab, no space at the end"),
                ('\tPV-args "x', "this cannot be read: "
                                 "No closing quotation"),
                ("colour red", "unknown word colour: "
                               "want base or template"),
                ("base a b", 'want: base NAME, or template NAME UUID "LABEL"'),
                ("base A", "A is no name"),
                ("base any", "base any stands twice"),
                ("template b x y", "x is no uuid"),
                ("template b %s y" % UUID, "template web-1 has that uuid"),
                ("template web-1 %s y" % OTHER,
                 "template web-1 stands twice"),
        ):
            with self.subTest(line):
                self.assertEqual(refusals(WEB + line + "\n")[0],
                                 "3: " + message)

    def test_a_base_must_stand_above(self):
        self.assertEqual(
            refusals('template a %s "A"\n\tlike b\n' % UUID)[-1],
            "2: want: like BASE, one that stands above")
        self.assertEqual(refusals("base b\n\tlike b\n"),
                         ["2: a base cannot be like itself"])

    def test_settings_of_nobody_are_refused(self):
        self.assertEqual(refusals("base A\n\tvcpus 1\n"), [
            "1: A is no name",
            "2: a setting belongs to a base or a template"])

    def test_a_template_that_lacks_something_is_told(self):
        self.assertEqual(
            refusals('template a %s "A"\n\tdomain hvm\n' % UUID),
            ["1: template a lacks memory vcpus firmware boot-order"])
        self.assertEqual(
            refusals('template a %s "A"\n\tlike web\n\tmemory 2G 1G\n'
                     % UUID),
            ["1: template a: its least memory is above its most"])

    def test_a_datamodel_without_templates_has_none(self):
        model, lines = Datamodel().load(update=True)
        self.assertEqual((model.templates, lines), ([], []))
        self.assertIn("template_count = 0",
                      c_templates.make(model)["templates_gen.c"])

    def test_xml_is_well_formed_and_says_what_was_declared(self):
        web = template('template web-1 %s "W"\n\tlike web\n'
                       '\trecommend odd value "<&\'"\n' % UUID)
        disks = xml.dom.minidom.parseString(c_templates.disks_xml(web))
        self.assertEqual(
            dict(disks.getElementsByTagName("disk")[0].attributes.items()),
            {"device": "0", "size": str(8 << 30), "sr": "",
             "bootable": "true", "type": "system"})
        rows = xml.dom.minidom.parseString(
            c_templates.recommendations_xml(web))
        self.assertEqual(
            [dict(x.attributes.items()) for x in rows.firstChild.childNodes],
            [{"field": "vcpus-max", "max": "4096"},
             {"field": "odd", "value": "<&'"},
             {"property": "number-of-vifs", "max": "7"}])

    def test_only_hvm_has_boot_parameters(self):
        pv = template('template pv-1 %s "P"\n\tlike any\n'
                      "\tdomain pv_in_pvh\n" % UUID)
        self.assertEqual(c_templates.boot_params(pv), {})
        self.assertEqual(c_templates.boot_params(template(WEB)),
                         {"order": "cdn", "firmware": "uefi"})

    def test_ours_are_those_of_the_product(self):
        top = os.path.join(os.environ["XAPID_SRCDIR"], "datamodel")
        model, report = generate.load(top)
        self.assertEqual(report.errors, [])
        self.assertEqual(len(model.templates), 56)
        by_name = {t.name: t for t in model.templates}
        self.assertEqual(by_name["debian-12"].uuid,
                         "07d91aaa-43f7-430a-bf84-0edb6714df0f")
        self.assertEqual(by_name["windows-11"].map("platform")["vtpm"],
                         "true")
        self.assertEqual(by_name["other-install-media"].get("disk"), None)
        hvm = [t for t in model.templates if t.get("domain") == "hvm"]
        self.assertEqual(len(hvm), 32)


tap.main()
