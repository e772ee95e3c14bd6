/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-storage: runs one operation on storage after another. No network of
 * its own, no database (xapid/worker/worker.h). */
#include <linux/capability.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/moment.h"
#include "lib/sandbox.h"
#include "storage/helper.h"
#include "storage/image.h"
#include "storage/image_program.h"
#include "storage/kernel.h"
#include "storage/sim_orders.h"
#include "storage/storage.h"
#include "worker/worker.h"

static const struct sr_driver *const drivers[] = {
#define DRIVER(name) &sr_##name,
#include "storage/drivers.def"
#undef DRIVER
};

static const struct op_row {
	const char *name;
	size_t offset; /* of the function in struct sr_driver */
} op_table[] = {
#define OP(name)                                                               \
	{                                                                      \
#name, offsetof(struct sr_driver, name)                        \
	}
	OP(sr_probe),
	OP(sr_create),
	OP(sr_attach),
	OP(sr_detach),
	OP(sr_destroy),
	OP(sr_stat),
	OP(sr_scan),
	OP(sr_merge),
	OP(vdi_create),
	OP(vdi_destroy),
	OP(vdi_resize),
	OP(vdi_stat),
	OP(vdi_clone),
	OP(vdi_snapshot),
	OP(vdi_copy),
	OP(vdi_attach),
	OP(vdi_detach),
	OP(vdi_settle),
	OP(vdi_sum),
#undef OP
};

static const struct op_row *
find_row(const char *name)
{
	for (size_t i = 0; i < sizeof(op_table) / sizeof(op_table[0]); i++)
		if (strcmp(op_table[i].name, name) == 0)
			return &op_table[i];
	return NULL;
}

static const struct sr_driver *
find_driver(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

/* On a simulated host a folder of the state is as good as a real one: so that
 * drivers can be tried anywhere. */
static char sim_place[4096];

static bool
is_in_sim_place(const struct op *op)
{
	const char *location =
	    value_text(op_list(op, "device_config"), "location", "");
	size_t len = strlen(sim_place);

	return len && strncmp(location, sim_place, len) == 0 &&
	    location[len] == '/';
}

/* context: the driver of a simulated pool, whatever the type of an SR; NULL:
 * each SR's own. */
static int
dispatch(void *context, struct op *op)
{
	const struct sr_driver *d = context;
	const struct op_row *row = find_row(op->name);
	op_fn *fn;

	if (!d || is_in_sim_place(op))
		d = find_driver(op_text(op, "driver", ""));
	if (!d)
		return op_fail(op, "SR_UNKNOWN_DRIVER",
		    op_text(op, "driver", ""), NULL);
	fn = *(op_fn *const *)((const char *)d + row->offset);
	if (!fn)
		return op_fail(op, "SR_OPERATION_NOT_SUPPORTED", op->uuid,
		    NULL);
	if (fn == d->vdi_detach && op_int(op, "ends", 0))
		kernel_drop(op);
	if (fn(context, op) < 0)
		return -1;
	return fn == d->vdi_attach && op_int(op, "take", 0) ? kernel_take(op)
							    : 0;
}

static op_fn *
find_op(struct worker *w, const char *name)
{
	if (w->context && strcmp(name, "order") == 0)
		return sim_order;
	return find_row(name) ? dispatch : NULL;
}

static void
simulate(struct worker *w, const char *state)
{
	static const char *roots[] = { sim_place, NULL };

	w->context = (void *)(uintptr_t)&sr_simulator;
	w->order = sim_order_for;
	snprintf(sim_place, sizeof(sim_place), "%s/sr", state);
	place_set_roots(roots);
	sim_orders_open(state);
}

#define MAX_PATHS 16

/* Folders of repositories, the state; what the kernel says of devices, and
 * those that a kernel is taken out of. */
static int
keep_paths(const char *state)
{
	struct sandbox_path paths[MAX_PATHS] = { { state, true, false },
		{ "/sys", false, false }, { "/dev", false, false },
		{ "/proc/self", false, false } };
	size_t n;

	place_prepare();
	n = place_paths(paths + 4, MAX_PATHS - 4);
	return sandbox_paths(paths, n + 4);
}

/* Root reads and writes what is lent to others, and lends it. The helper has
 * the rest. */
static int
give_up(const char *state, bool real)
{
	static const struct sandbox_user nobody = { 0 };

	if (real && geteuid() == 0 && image_find_user() < 0)
		return -1;
	if (helper_start(real) < 0)
		return -1;
	if (real && geteuid() == 0) {
		(void)unshare(CLONE_NEWNET); /* no network at all, if it can */
		if (sandbox_keep_capabilities(&nobody,
			SANDBOX_CAP(CAP_DAC_OVERRIDE) | SANDBOX_CAP(CAP_CHOWN) |
			    SANDBOX_CAP(CAP_FOWNER)) < 0)
			return -1;
		if (keep_paths(state) < 0)
			return -1;
	}
	return sandbox_filter(SANDBOX_LOCAL);
}

int
main(int argc, char **argv)
{
	struct worker w = { .find = find_op };

	log_open("stderr", "xapid-storage", LOG_L_INFO);
	if (argc == 3 && strcmp(argv[1], "simulator") == 0) {
		simulate(&w, argv[2]);
	} else if (argc != 3 || strcmp(argv[1], "real") != 0) {
		fprintf(stderr,
		    "xapid-storage is started by xapid: "
		    "xapid-storage simulator|real STATE-FOLDER\n");
		return 2;
	}
	moments_inherit();
	kernel_prepare(argv[2]);
	image_prepare(w.context ? NULL : argv[2]);
	if (give_up(argv[2], !w.context) < 0) {
		log_err("cannot give up rights: %m");
		return 1;
	}
	return worker_serve(&w);
}
