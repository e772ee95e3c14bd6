# SPDX-License-Identifier: LGPL-2.1-or-later
"""templates_gen.h and .c: the templates of a new pool."""

from xml.sax.saxutils import quoteattr

from c_pool import Pool
from cnames import banner, c_string, enum_constant
from model import STRING, Type

OUTPUTS = ("templates_gen.h", "templates_gen.c")

STRING_MAP = Type("map", key=STRING, elem=STRING)

HEADER = """\
#ifndef XAPID_TEMPLATES_GEN_H
#define XAPID_TEMPLATES_GEN_H

#include "model/model.h"

/* Fields of VM. Maps have string keys and values. */
struct template_info {
	const char *reference_label, *uuid, *name_label, *name_description;
	enum domain_type domain_type;
	int64_t memory_static_min, memory_static_max; /* bytes */
	int64_t vcpus;
	struct map HVM_boot_params, platform, other_config;
	const char *PV_bootloader, *PV_args;
	const char *recommendations, *generation_id;
	int64_t disk_size; /* of the first disk, bytes; 0: none */
};

extern const struct template_info template_table[];
extern const unsigned template_count;

#endif
"""


def element(name, attributes):
    return "<%s %s/>" % (name, " ".join(
        "%s=%s" % (key, quoteattr(str(value))) for key, value in attributes))


def disks_xml(template):
    disks = template.get("disk", [])
    if not disks:
        return None
    return "<provision>%s</provision>" % "".join(
        element("disk", (("device", i), ("size", size), ("sr", ""),
                         ("bootable", "true" if bootable else "false"),
                         ("type", kind)))
        for i, (size, kind, bootable) in enumerate(disks))


def recommendations_xml(template):
    rows = [element("restriction", (("field", field), (bound, value)))
            for field, (bound, value) in template.map("recommend").items()]
    rows += [element("restriction", (("property", name), ("max", value)))
             for name, value in template.map("limit").items()]
    return "<restrictions>%s</restrictions>" % "".join(rows)


def boot_params(template):
    if template.get("domain") != "hvm":
        return {}
    return {"order": template.get("boot-order"),
            "firmware": template.get("firmware")}


def other_config(template):
    config = dict(template.map("other"))
    disks = disks_xml(template)
    if disks:
        config["disks"] = disks
    return config


def row(pool, enums, template):
    def string_map(value):
        return pool.literal(STRING_MAP, value)

    low, high = template.get("memory")
    about = template.get("about") or \
        "Settings for a VM with %s." % template.label
    disks = template.get("disk", [])
    return [
        ("reference_label", c_string(template.name)),
        ("uuid", c_string(template.uuid)),
        ("name_label", c_string(template.label)),
        ("name_description", c_string(about)),
        ("domain_type", enum_constant(enums["domain_type"],
                                      template.get("domain"))),
        ("memory_static_min", low),
        ("memory_static_max", high),
        ("vcpus", template.get("vcpus")),
        ("HVM_boot_params", string_map(boot_params(template))),
        ("platform", string_map(template.map("platform"))),
        ("other_config", string_map(other_config(template))),
        ("PV_bootloader", c_string(template.get("PV-bootloader", ""))),
        ("PV_args", c_string(template.get("PV-args", ""))),
        ("recommendations", c_string(recommendations_xml(template))),
        ("generation_id", c_string(template.get("generation-id", ""))),
        ("disk_size", disks[0][0] if disks else 0),
    ]


def make(model):
    pool = Pool(model)
    rows = []
    if model.templates:
        for template in model.templates:
            rows += ["\t{"] + ["\t\t.%s = %s," % pair
                               for pair in row(pool, pool.enums, template)]
            rows += ["\t},"]
    else:
        rows = ["\t{ 0 }"]
    out = [banner("the templates of a new pool"),
           '#include "templates_gen.h"', ""]
    out += pool.lines
    out += ["", "const struct template_info template_table[] = {"] + rows
    out += ["};", "const unsigned template_count = %d;"
            % len(model.templates), ""]
    return {"templates_gen.h":
            banner("the templates of a new pool") + "\n" + HEADER,
            "templates_gen.c": "\n".join(out)}
