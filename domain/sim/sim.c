/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated hypervisor. Its truth is a file of fixed slots mapped shared,
 * so that it outlives this process as Xen outlives a toolstack: killing the
 * worker or the daemon changes no simulated domain.
 *
 * A simulated guest answers a shutdown request at once, keeps what it is given
 * and does nothing of its own, unless a test says otherwise (worker/obey.h,
 * sim_happen.c). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "domain/domain.h"
#include "domain/sim/sim_private.h"
#include "lib/fault.h"

#define SIM_MAGIC UINT64_C(0x346d69732d646978) /* "xid-sim4" */

static void *
sim_open(const struct domain_options *o, char *err, size_t err_size)
{
	struct sim *s = fault_calloc(1, sizeof(*s));
	char path[4096];
	struct stat st;

	if (!s) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/sim-domains", o->state_dir);
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0 || fstat(s->fd, &st) < 0 ||
	    (st.st_size < (off_t)sizeof(*s->world) &&
		ftruncate(s->fd, sizeof(*s->world)) < 0))
		goto fail;
	s->world = mmap(NULL, sizeof(*s->world), PROT_READ | PROT_WRITE,
	    MAP_SHARED, s->fd, 0);
	if (s->world == MAP_FAILED)
		goto fail;
	if (s->world->magic != SIM_MAGIC) {
		memset(s->world, 0, sizeof(*s->world));
		s->world->magic = SIM_MAGIC;
		s->world->next_domid = 1;
		sim_say(s, "(XEN) Xen is simulated here");
	}
	return s;
fail:
	snprintf(err, err_size, "%s: %s", path, strerror(errno));
	if (s->fd >= 0)
		close(s->fd);
	free(s);
	return NULL;
}

static void
sim_close(void *context)
{
	struct sim *s = context;

	munmap(s->world, sizeof(*s->world));
	close(s->fd);
	free(s);
}

/* ---- slots ---- */

static size_t
home_of(const char *uuid)
{
	size_t h = 5381;

	for (; *uuid; uuid++)
		h = h * 33 ^ (unsigned char)*uuid;
	return h % SIM_DOMAINS;
}

struct sim_domain *
sim_find(struct sim *s, const char *uuid)
{
	size_t at = home_of(uuid);

	for (size_t n = 0; n < SIM_DOMAINS; n++) {
		struct sim_domain *d =
		    &s->world->domains[(at + n) % SIM_DOMAINS];

		if (d->state == SIM_NEVER)
			return NULL;
		if (d->state != SIM_GONE && strcmp(d->uuid, uuid) == 0)
			return d;
	}
	return NULL;
}

static struct sim_domain *
free_slot(struct sim *s, const char *uuid)
{
	size_t at = home_of(uuid);

	for (size_t n = 0; n < SIM_DOMAINS; n++) {
		struct sim_domain *d =
		    &s->world->domains[(at + n) % SIM_DOMAINS];

		if (d->state == SIM_NEVER || d->state == SIM_GONE)
			return d;
	}
	return NULL;
}

struct sim_domain *
sim_need(struct sim *s, struct op *op)
{
	struct sim_domain *d = sim_find(s, op->uuid);

	if (d && d->state <= SIM_RUNNING)
		return d;
	op_fail(op, "VM_HALTED", op->uuid, NULL);
	return NULL;
}

/* ---- operations ---- */

static int
answer_created(struct op *op, const struct sim_domain *d)
{
	struct value_member m[] = {
		{ "domid", value_of_int(d->domid) },
		{ "interfaces", { .kind = VALUE_NIL } },
	};

	if (sim_interfaces(op, d, &m[1].value) < 0)
		return -1;
	return op_answer(op, m, 2);
}

int
sim_create(void *context, struct op *op)
{
	struct sim *s = context;
	struct sim_domain *d = sim_find(s, op->uuid);

	if (d && d->state <= SIM_RUNNING) /* done before somebody died */
		return answer_created(op, d);
	if (!d)
		d = free_slot(s, op->uuid);
	if (!d || strlen(op->uuid) >= sizeof(d->uuid))
		return op_fail(op, "INTERNAL_ERROR",
		    "The simulator has no room for another domain", NULL);
	memset(d->devices, 0, sizeof(d->devices));
	snprintf(d->uuid, sizeof(d->uuid), "%s", op->uuid);
	snprintf(d->name, sizeof(d->name), "%s", op_text(op, "name", ""));
	if (sim_give_devices(op, d) < 0)
		return -1;
	d->domid = s->world->next_domid++;
	d->memory =
	    op_int(op, "memory_target", op_int(op, "memory_static_max", 0));
	d->vcpus = (uint32_t)op_int(op, "vcpus", 1);
	d->agent = sim_guest_agent(op);
	d->deaf = 0;
	d->started = time(NULL);
	d->state = SIM_PAUSED; /* last: a kill before this leaves a free slot */
	return answer_created(op, d);
}

static int
set_state(void *context, struct op *op, enum sim_state state)
{
	struct sim_domain *d = sim_need(context, op);

	if (!d)
		return -1;
	d->state = state;
	return 0;
}

static int
sim_unpause(void *context, struct op *op)
{
	if (set_state(context, op, SIM_RUNNING) < 0)
		return -1;
	sim_guest_speak(sim_find(context, op->uuid));
	return 0;
}

static int
sim_pause(void *context, struct op *op)
{
	return set_state(context, op, SIM_PAUSED);
}

static int
sim_destroy(void *context, struct op *op)
{
	struct sim_domain *d = sim_find(context, op->uuid);

	if (d)
		d->state = SIM_GONE;
	return 0;
}

#define ACKNOWLEDGE_MS 30000
#define LOOK_MS 10

/* For a guest that does not react: until nobody wants it to any more. */
static int
wait_for_nothing(struct op *op)
{
	const struct value_member forced = { "forced", value_of_bool(true) };
	int64_t most = op_int(op, "timeout", 0) * 1000;

	if (most <= 0 || most > ACKNOWLEDGE_MS)
		most = ACKNOWLEDGE_MS;
	for (int64_t ms = 0; ms < most; ms += LOOK_MS) {
		if (op_cancelled(op))
			return op_fail(op, "TASK_CANCELLED", NULL);
		usleep(LOOK_MS * 1000);
	}
	return op_int(op, "or_end", 0)
	    ? op_answer(op, &forced, 1)
	    : op_fail(op, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT", op->uuid, NULL);
}

static int
sim_shutdown(void *context, struct op *op)
{
	struct sim_domain *d = sim_find(context, op->uuid);

	if (d && d->state == SIM_PAUSED && !op_int(op, "or_end", 0))
		return op_fail(op, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT",
		    op->uuid, NULL);
	if (d && (d->deaf || d->asleep) && wait_for_nothing(op) < 0)
		return -1;
	return sim_destroy(context, op);
}

static int
sim_checkpoint(void *context, struct op *op)
{
	struct sim_domain *d = sim_find(context, op->uuid);

	if (d && d->state == SIM_HELD)
		return 0;
	d = sim_need(context, op);
	if (d && op_int(op, "hold", 0))
		d->state = SIM_HELD;
	return d ? 0 : -1;
}

/* It has none. */
static int
sim_dump(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

/* The image holds what resume needs to make the same domain again. */
static int
sim_suspend(void *context, struct op *op)
{
	return op_int(op, "hold", 0) ? sim_checkpoint(context, op)
				     : sim_destroy(context, op);
}

static int
sim_go_on(void *context, struct op *op)
{
	struct sim_domain *d = sim_find(context, op->uuid);

	if (d && d->state == SIM_HELD)
		d->state = SIM_RUNNING;
	return 0;
}

static int
sim_set_memory(void *context, struct op *op)
{
	struct sim_domain *d = sim_find(context, op->uuid);

	if (!d && op_int(op, "may_be_gone", 0))
		return 0;
	d = sim_need(context, op);
	if (!d)
		return -1;
	d->memory = op_int(op, "target", d->memory);
	return 0;
}

static int
sim_set_vcpus(void *context, struct op *op)
{
	struct sim_domain *d = sim_need(context, op);

	if (!d)
		return -1;
	d->vcpus = (uint32_t)op_int(op, "vcpus", d->vcpus);
	return 0;
}

/* What is a number of the hypervisor's only. */
static int
sim_live(void *context, struct op *op)
{
	return sim_need(context, op) ? 0 : -1;
}

/* What needs a guest that runs, and which ours take no notice of. */
static int
sim_nudge(void *context, struct op *op)
{
	struct sim_domain *d = sim_need(context, op);

	if (d && d->state != SIM_RUNNING)
		return op_fail(op, "VM_BAD_POWER_STATE", op->uuid, "running",
		    "paused", NULL);
	return d ? 0 : -1;
}

static int
sim_sleep(void *context, struct op *op)
{
	struct sim_domain *d = sim_need(context, op);

	if (d && d->state != SIM_RUNNING)
		return op_fail(op, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT",
		    op->uuid, NULL);
	if (d)
		d->asleep = 1;
	return d ? 0 : -1;
}

static int
sim_trigger(void *context, struct op *op)
{
	struct sim_domain *d;

	if (sim_nudge(context, op) < 0)
		return -1;
	d = sim_need(context, op);
	if (strcmp(op_text(op, "what", ""), "s3resume") == 0)
		d->asleep = 0;
	return 0;
}

static int
sim_xenstore_write(void *context, struct op *op)
{
	struct sim_domain *d = sim_need(context, op);
	const struct value *data = op_list(op, "xenstore_data");

	for (uint32_t i = 0;
	     d && data && data->kind == VALUE_STRUCT && i < data->n; i++)
		if (data->members[i].value.kind == VALUE_STRING)
			sim_guest_read(d, data->members[i].name,
			    data->members[i].value.s);
	return d ? 0 : -1;
}

static int
sim_addresses(void *context, struct op *op)
{
	return sim_need(context, op) ? 0 : -1;
}

/* Nothing is run, and it says so; at the second look it has ended. The script
 * "wait" never does. */
static int
sim_script(void *context, struct op *op)
{
	struct sim *s = context;
	struct sim_domain *d = sim_find(s, op->uuid);
	const char *what = op_text(op, "what", "");
	struct value_member m[4];

	if (strcmp(what, "clear") == 0) {
		if (d)
			d->script = SIM_SCRIPT_NONE;
		return 0;
	}
	if (!(d = sim_need(s, op)))
		return -1;
	if (strcmp(what, "begin") == 0) {
		d->script = strcmp(op_text(op, "script", ""), "wait") == 0
		    ? SIM_SCRIPT_WAITS
		    : SIM_SCRIPT_RUNS;
		return 0;
	}
	m[0] = (struct value_member){ "state",
		value_of_text(d->script == SIM_SCRIPT_ENDED ? "SUCCESS"
							    : "IN PROGRESS") };
	m[1] = (struct value_member){ "return", value_of_text("0") };
	m[2] = (struct value_member){ "stdout",
		value_of_text("this guest is simulated: nothing was run\n") };
	m[3] = (struct value_member){ "stderr", value_of_text("") };
	if (d->script == SIM_SCRIPT_RUNS)
		d->script = SIM_SCRIPT_ENDED;
	return op_answer(op, m, 4);
}

/* The network's worker knows better. */
static int
sim_rebridge(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

/* ---- what there is ---- */

const char *
sim_state_name(const struct sim_domain *d)
{
	static const char *const names[] = {
		[SIM_NEVER] = "gone",
		[SIM_GONE] = "gone",
		[SIM_PAUSED] = "paused",
		[SIM_RUNNING] = "running",
		[SIM_POWEROFF] = "shutdown:poweroff",
		[SIM_REBOOT] = "shutdown:reboot",
		[SIM_CRASH] = "shutdown:crash",
		[SIM_HELD] = "shutdown:suspend",
		[SIM_WATCHDOG] = "shutdown:watchdog",
		[SIM_SOFT_RESET] = "shutdown:soft_reset",
	};

	return names[d->state <= SIM_SOFT_RESET ? d->state : SIM_GONE];
}

/* A simulated guest is a little busy all the time. */
static int
sim_stats(void *context, struct op *op)
{
	struct sim_domain *d = sim_need(context, op);
	struct value_member m[3];

	if (!d)
		return -1;
	m[0] = (struct value_member){ "memory", value_of_int(d->memory) };
	m[1] = (struct value_member){ "vcpus", value_of_int(d->vcpus) };
	m[2] = (struct value_member){ "cpu",
		{ .kind = VALUE_DOUBLE,
		    .d = (double)(time(NULL) - d->started) * 0.05 } };
	return op_answer(op, m, 3);
}

static int
describe(struct op *op, const struct sim_domain *d, struct value *out)
{
	struct value *devices =
	    arena_array(op->arena, SIM_DEVICES, sizeof(*devices));
	struct value_member *m = arena_array(op->arena, 6, sizeof(*m));
	uint32_t n = 0;

	if (!devices || !m)
		return op_fail_nomem(op);
	for (size_t i = 0; i < SIM_DEVICES; i++)
		if (d->devices[i][0])
			devices[n++] = value_of_text(d->devices[i]);
	m[0] = (struct value_member){ "domid", value_of_int(d->domid) };
	m[1] =
	    (struct value_member){ "state", value_of_text(sim_state_name(d)) };
	m[2] = (struct value_member){ "memory", value_of_int(d->memory) };
	m[3] = (struct value_member){ "vcpus", value_of_int(d->vcpus) };
	m[4] = (struct value_member){ "devices",
		{ .kind = VALUE_ARRAY, .n = n, .items = devices } };
	m[5] = (struct value_member){ "name", value_of_text(d->name) };
	*out = (struct value){ .kind = VALUE_STRUCT, .n = 6, .members = m };
	return 0;
}

static int
sim_list(void *context, struct op *op)
{
	struct sim *s = context;
	struct value_member *all;
	uint32_t n = 0, count = 0;

	for (size_t i = 0; i < SIM_DOMAINS; i++)
		count += s->world->domains[i].state > SIM_GONE;
	all = arena_array(op->arena, count + 1, sizeof(*all));
	if (!all)
		return op_fail_nomem(op);
	for (size_t i = 0; i < SIM_DOMAINS; i++) {
		const struct sim_domain *d = &s->world->domains[i];

		if (d->state <= SIM_GONE)
			continue;
		all[n].name = d->uuid;
		if (describe(op, d, &all[n++].value) < 0)
			return -1;
	}
	op->result =
	    (struct value){ .kind = VALUE_STRUCT, .n = n, .members = all };
	return 0;
}

/* ---- failures by order ---- */

static int
order(void *context, struct op *op)
{
	return obey_add(&((struct sim *)context)->world->orders, op);
}

const char *
sim_order_for(void *context, const char *op)
{
	return obey_due(&((struct sim *)context)->world->orders, op);
}

const struct domain_driver domain_sim = {
	.name = "simulator",
	.open = sim_open,
	.close = sim_close,
	.create = sim_create,
	.unpause = sim_unpause,
	.pause = sim_pause,
	.shutdown = sim_shutdown,
	.sleep = sim_sleep,
	.destroy = sim_destroy,
	.suspend = sim_suspend,
	.resume = sim_create,
	.checkpoint = sim_checkpoint,
	.dump = sim_dump,
	.go_on = sim_go_on,
	.plug = sim_plug,
	.connect = sim_connect,
	.unplug = sim_unplug,
	.insert = sim_insert,
	.eject = sim_eject,
	.set_memory = sim_set_memory,
	.set_vcpus = sim_set_vcpus,
	.priority = sim_has_device,
	.rate = sim_has_device,
	.set_scheduling = sim_live,
	.set_shadow = sim_live,
	.trigger = sim_trigger,
	.sysrq = sim_nudge,
	.xenstore_write = sim_xenstore_write,
	.script = sim_script,
	.addresses = sim_addresses,
	.rebridge = sim_rebridge,
	.stats = sim_stats,
	.dmesg = sim_dmesg,
	.debug_keys = sim_debug_keys,
	.guest_agents = sim_guest_agents,
	.pci_access = sim_pci_access,
	.vtpm = sim_vtpm,
	.list = sim_list,
	.order = order,
	.happen = sim_happen,
};
