/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of /proc and /sys are read with a bound, and what firmware and kernel
 * say is cleaned: it goes to clients as it is. */
#include "world/host_facts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/text.h"

#define MAX_FILE ((size_t)16 << 20) /* /proc/cpuinfo of 4,096 threads: 6 MB */
#define KIB 1024

/* The file as text, or "" when it cannot be read or is no clean text. */
static const char *
slurp(const char *root, struct builder *b, const char *path)
{
	CLEANUP_BYTES struct bytes data = { 0 };
	const char *full = builder_text(b, "%s%s", root, path);

	if (file_read(full, MAX_FILE, &data) < 0 || !data.len)
		return "";
	while (data.len && strchr("\n \t", data.p[data.len - 1]))
		data.len--;
	if (memchr(data.p, '\0', data.len) || !text_is_clean(data.p, data.len))
		return "";
	return builder_text(b, "%.*s", (int)data.len, data.p);
}

/* How many entries of a folder begin with prefix. */
static unsigned
count_entries(const char *root, struct builder *b, const char *path,
    const char *prefix)
{
	DIR *dir = opendir(builder_text(b, "%s%s", root, path));
	struct dirent *entry;
	unsigned n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.' &&
		    strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return n;
}

/* ---- /proc/cpuinfo ---- */

/* The value of the line at `line` if it is "key : value", else NULL. */
static const char *
line_value(const char *line, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0)
		return NULL;
	line += len;
	line += strspn(line, " \t");
	if (*line != ':')
		return NULL;
	return line + 1 + strspn(line + 1, " \t");
}

static const char *
next_line(const char *line)
{
	line = strchr(line, '\n');
	return line ? line + 1 : NULL;
}

/* Of the first processor. */
static const char *
cpuinfo_value(struct builder *b, const char *text, const char *key)
{
	const char *value = NULL;

	for (const char *line = text; line && !value; line = next_line(line))
		value = line_value(line, key);
	if (!value)
		return "";
	return builder_text(b, "%.*s", (int)strcspn(value, "\n"), value);
}

static unsigned
lines_with(const char *text, const char *key)
{
	unsigned n = 0;

	for (const char *line = text; line; line = next_line(line))
		n += line_value(line, key) != NULL;
	return n;
}

/* How many different numbers the lines of a key have, below 64. */
static unsigned
different(const char *text, const char *key)
{
	uint64_t seen = 0;

	for (const char *line = text; line; line = next_line(line)) {
		const char *value = line_value(line, key);

		if (value)
			seen |= UINT64_C(1) << (strtoul(value, NULL, 10) & 63);
	}
	return (unsigned)__builtin_popcountll(seen);
}

static unsigned
at_least_one(unsigned n)
{
	return n ? n : 1;
}

static void
read_cpus(const char *root, struct builder *b, struct cpu_facts *cpu)
{
	const char *text = slurp(root, b, "/proc/cpuinfo");
	unsigned cores, siblings;

	cpu->count = at_least_one(lines_with(text, "processor"));
	cpu->sockets = at_least_one(different(text, "physical id"));
	cores = (unsigned)atoi(cpuinfo_value(b, text, "cpu cores"));
	siblings = (unsigned)atoi(cpuinfo_value(b, text, "siblings"));
	cpu->threads_per_core = cores ? at_least_one(siblings / cores) : 1;
	cpu->nodes = at_least_one(
	    count_entries(root, b, "/sys/devices/system/node", "node"));
	cpu->vendor = cpuinfo_value(b, text, "vendor_id");
	cpu->modelname = cpuinfo_value(b, text, "model name");
	cpu->speed = cpuinfo_value(b, text, "cpu MHz");
	cpu->family = cpuinfo_value(b, text, "cpu family");
	cpu->model = cpuinfo_value(b, text, "model");
	cpu->stepping = cpuinfo_value(b, text, "stepping");
	cpu->flags = cpuinfo_value(b, text, "flags");
	cpu->features_pv = cpu->features_hvm = "";
}

/* ---- the rest ---- */

const char *const host_facts_bios_keys[] = { "bios-vendor", "bios-version",
	"system-manufacturer", "system-product-name", "system-version",
	"system-serial-number", "baseboard-manufacturer",
	"baseboard-product-name", "baseboard-version",
	"baseboard-serial-number", "oem-1", "oem-2", "hp-rombios", NULL };

/* In the order of the keys; the oem strings are not to be had from sysfs. */
static const char *const dmi_files[] = { "bios_vendor", "bios_version",
	"sys_vendor", "product_name", "product_version", "product_serial",
	"board_vendor", "board_name", "board_version", "board_serial", NULL };

static struct map
read_bios(const char *root, struct builder *b)
{
	struct builder_pairs p = { .b = b };

	for (unsigned i = 0; host_facts_bios_keys[i]; i++)
		builder_put(&p, host_facts_bios_keys[i], "");
	for (unsigned i = 0; dmi_files[i]; i++)
		builder_put(&p, host_facts_bios_keys[i],
		    slurp(root, b,
			builder_text(b, "/sys/class/dmi/id/%s", dmi_files[i])));
	return builder_pairs_map(&p);
}

/* /sys/hypervisor exists in a domain of Xen only. */
static void
read_xen(const char *root, struct builder *b, struct host_facts *out)
{
	const char *caps =
	    slurp(root, b, "/sys/hypervisor/properties/capabilities");
	const char *items[16] = { NULL };
	unsigned n = 0;

	if (strcmp(slurp(root, b, "/sys/hypervisor/type"), "xen") != 0)
		return;
	out->xen_version = builder_text(b, "%s.%s%s",
	    slurp(root, b, "/sys/hypervisor/version/major"),
	    slurp(root, b, "/sys/hypervisor/version/minor"),
	    slurp(root, b, "/sys/hypervisor/version/extra"));
	while (*caps && n < 15) {
		size_t len = strcspn(caps, " ");

		items[n++] = builder_text(b, "%.*s", (int)len, caps);
		caps += len;
		caps += strspn(caps, " ");
	}
	out->capabilities = builder_strings(b, items);
}

static int64_t
number_after(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? strtoll(at + strlen(word), NULL, 10) : 0;
}

/* What the link leads to, behind the folder of zones. */
static const char *
read_timezone(const char *root, struct builder *b)
{
	static const char folder[] = "/zoneinfo/";
	char target[256];
	ssize_t n = readlink(builder_text(b, "%s/etc/localtime", root), target,
	    sizeof(target) - 1);
	const char *zone;

	if (n < 0)
		return "";
	target[n] = '\0';
	zone = strstr(target, folder);
	return zone && text_is_clean(zone, strlen(zone))
	    ? builder_text(b, "%s", zone + strlen(folder))
	    : "";
}

void
host_facts_read(const char *root, struct builder *b, struct host_facts *out)
{
	*out = (struct host_facts){
		.xen_version = "",
		.backend = "libxl",
		.network_backend = "bridge",
		.sched_policy = "",
	};
	out->hostname = slurp(root, b, "/proc/sys/kernel/hostname");
	out->linux_version = slurp(root, b, "/proc/sys/kernel/osrelease");
	out->timezone = read_timezone(root, b);
	read_xen(root, b, out);
	read_cpus(root, b, &out->cpu);
	out->bios_strings = read_bios(root, b);
	out->memory_total =
	    number_after(slurp(root, b, "/proc/meminfo"), "MemTotal:") * KIB;
	out->boot_time = number_after(slurp(root, b, "/proc/stat"), "\nbtime ");
	out->iommu = count_entries(root, b, "/sys/class/iommu", "") > 0;
}
