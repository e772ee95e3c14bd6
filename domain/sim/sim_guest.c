/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The agent of a simulated guest: what it is and can, told each time it begins
 * to run, as an event like those of real guests. One whose VM has
 * xenstore_data vm-data/agent=none has no agent. */
#include <stdio.h>
#include <string.h>

#include "domain/sim/sim_private.h"
#include "worker/worker.h"

#define MAX_VALUES 64

struct speech {
	struct value_member m[MAX_VALUES];
	char addresses[SIM_DEVICES][2][40]; /* path, address */
	uint32_t n;
};

static void
say(struct speech *s, const char *path, const char *text)
{
	if (s->n < MAX_VALUES)
		s->m[s->n++] =
		    (struct value_member){ path, value_of_text(text) };
}

static const char *const everyone[][2] = {
	{ "attr/PVAddons/MajorVersion", "8" },
	{ "attr/PVAddons/MinorVersion", "4" },
	{ "attr/PVAddons/MicroVersion", "0" },
	{ "attr/PVAddons/BuildVersion", "1" },
	{ "feature/hotplug/vbd", "1" },
	{ "feature/hotplug/vif", "1" },
	{ "control/feature-shutdown", "1" },
	{ "control/feature-poweroff", "1" },
	{ "control/feature-reboot", "1" },
	{ "control/feature-suspend", "1" },
	{ "control/feature-balloon", "1" },
	{ "control/feature-vcpu-hotplug", "1" },
	{ "control/feature-static-ip-setting", "1" },
};

static const char *const linux_guest[][2] = {
	{ "data/os_name", "Debian GNU/Linux 12 (bookworm)" },
	{ "data/os_distro", "debian" },
	{ "data/os_majorver", "12" },
	{ "data/os_minorver", "8" },
	{ "data/os_uname", "6.1.0-27-amd64" },
};

static const char *const windows_guest[][2] = {
	{ "data/os_name", "Microsoft Windows Server 2022 Standard" },
	{ "data/os_distro", "windows" },
	{ "data/os_majorver", "10" },
	{ "data/os_minorver", "0" },
	{ "attr/os/spmajor", "0" },
	{ "attr/os/spminor", "0" },
	{ "control/feature-ts", "1" },
	{ "control/feature-ts2", "1" },
	{ "control/feature-s3", "1" },
	{ "control/feature-xs-batcmd", "1" },
};

#define SAY_ALL(s, table)                                                      \
	for (size_t i_ = 0; i_ < sizeof(table) / sizeof((table)[0]); i_++)     \
	say((s), (table)[i_][0], (table)[i_][1])

/* In 10.1.0.0/16, always the same for one interface of one VM. */
static void
say_addresses(struct speech *s, const struct sim_domain *d)
{
	unsigned hash = 5381;

	for (const char *p = d->uuid; *p; p++)
		hash = hash * 33 ^ (unsigned char)*p;
	for (size_t i = 0; i < SIM_DEVICES; i++) {
		const char *device = d->devices[i];
		char *path = s->addresses[i][0], *address = s->addresses[i][1];

		if (strncmp(device, "vif/", 4) != 0)
			continue;
		hash = hash * 33 ^ (unsigned char)device[4];
		snprintf(path, 40, "attr/vif/%.8s/ipv4/0", device + 4);
		snprintf(address, 40, "10.1.%u.%u", hash / 256 % 254 + 1,
		    hash % 250 + 2);
		say(s, path, address);
	}
}

static void
tell(const struct sim_domain *d, const struct speech *s)
{
	const struct value_member m[] = {
		{ "event", value_of_text("guest") },
		{ "uuid", value_of_text(d->uuid) },
		{ "values",
		    { .kind = VALUE_STRUCT, .n = s->n, .members = s->m } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = sizeof(m) / sizeof(m[0]),
		.members = m };

	worker_event(&body);
}

void
sim_guest_speak(const struct sim_domain *d)
{
	struct speech s = { .n = 0 };

	if (d->agent == SIM_AGENT_NONE)
		return;
	SAY_ALL(&s, everyone);
	if (d->agent < SIM_AGENT_WINDOWS) {
		SAY_ALL(&s, linux_guest);
	} else {
		SAY_ALL(&s, windows_guest);
		say(&s, "data/ts",
		    d->agent == SIM_AGENT_WINDOWS_RDP ? "1" : "0");
	}
	say(&s, "data/host_name_dns", d->name);
	say_addresses(&s, d);
	tell(d, &s);
}

void
sim_guest_read(struct sim_domain *d, const char *path, const char *text)
{
	if (d->agent < SIM_AGENT_WINDOWS || d->state != SIM_RUNNING ||
	    strcmp(path, "control/ts") != 0)
		return;
	d->agent =
	    strcmp(text, "1") == 0 ? SIM_AGENT_WINDOWS_RDP : SIM_AGENT_WINDOWS;
	sim_guest_speak(d);
}

enum sim_agent
sim_guest_agent(const struct op *op)
{
	const struct value *platform = op_list(op, "platform");
	const struct value *data = op_list(op, "xenstore_data");

	/* Domains of a simulated pool that has just been made have no name:
	 * their records say already what their guests would. */
	if (!op_text(op, "name", "")[0] ||
	    (data &&
		strcmp(value_text(data, "vm-data/agent", ""), "none") == 0))
		return SIM_AGENT_NONE;
	return platform &&
		strcmp(value_text(platform, "device_id", ""), "0002") == 0
	    ? SIM_AGENT_WINDOWS
	    : SIM_AGENT_LINUX;
}
