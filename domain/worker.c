/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-domain: runs one operation after another on domains. It has no network
 * and no database (xapid/worker/worker.h).
 *
 * Needs, and keeps: its state folder (simulator); the hypercall device,
 * xenstore, block devices and programs (libxl, which starts QEMU). */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "domain/domain.h"
#include "domain/sim/sim_private.h"
#ifdef HAVE_LIBXL
#include "domain/xl/xl.h"
#endif
#include "lib/log.h"
#include "lib/sandbox.h"
#include "worker/worker.h"

/* What one process runs. */
struct domain_worker {
	struct worker worker; /* first */
	const struct domain_driver *driver;
};

static const struct domain_driver *const drivers[] = {
	&domain_sim,
#ifdef HAVE_LIBXL
	&domain_xl,
#endif
};

static const struct op_row {
	const char *name;
	size_t offset; /* of the function in struct domain_driver */
} op_table[] = {
#define OP(name)                                                               \
	{                                                                      \
#name, offsetof(struct domain_driver, name)                    \
	}
	OP(create),
	OP(unpause),
	OP(pause),
	OP(shutdown),
	OP(sleep),
	OP(destroy),
	OP(suspend),
	OP(resume),
	OP(checkpoint),
	OP(dump),
	OP(go_on),
	OP(plug),
	OP(connect),
	OP(unplug),
	OP(insert),
	OP(eject),
	OP(set_memory),
	OP(set_vcpus),
	OP(priority),
	OP(rate),
	OP(set_scheduling),
	OP(set_shadow),
	OP(trigger),
	OP(sysrq),
	OP(xenstore_write),
	OP(script),
	OP(addresses),
	OP(rebridge),
	OP(stats),
	OP(host),
	OP(dmesg),
	OP(debug_keys),
	OP(guest_agents),
	OP(pci_access),
	OP(vtpm),
	OP(list),
	OP(order),
	OP(happen),
#undef OP
};

static op_fn *
find_op(struct worker *worker, const char *name)
{
	const struct domain_worker *w = (const struct domain_worker *)worker;

	for (size_t i = 0; i < sizeof(op_table) / sizeof(op_table[0]); i++)
		if (strcmp(op_table[i].name, name) == 0)
			return *(op_fn *const *)((const char *)w->driver +
			    op_table[i].offset);
	return NULL;
}

static const struct domain_driver *
find_driver(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct domain_worker w = { .worker.find = find_op };
	struct domain_options options = { 0 };
	char err[256];

	log_open("stderr", "xapid-domain", LOG_L_INFO);
#ifdef HAVE_LIBXL
	if (argc == 3 && strcmp(argv[1], "libxl-watch") == 0)
		return xl_watch(argv[2]);
#endif
	if (argc != 3 || !(w.driver = find_driver(argv[1]))) {
		fprintf(stderr,
		    "xapid-domain is started by xapid: "
		    "xapid-domain DRIVER STATE-FOLDER\n");
		return 2;
	}
	options.state_dir = argv[2];
#ifdef HAVE_LIBXL
	if (w.driver == &domain_xl && sandbox_filter(SANDBOX_HYPERVISOR) < 0) {
		log_err("cannot give up system calls: %m");
		return 1;
	}
#endif
	w.worker.context = w.driver->open(&options, err, sizeof(err));
	if (!w.worker.context) {
		log_err("%s", err);
		return 1;
	}
	if (w.driver == &domain_sim) {
		w.worker.order = sim_order_for;
		w.worker.sandbox = true;
	}
#ifdef HAVE_LIBXL
	if (w.driver == &domain_xl) {
		w.worker.cancel = xl_cancel;
		w.worker.enter = xl_turn_take;
		w.worker.leave = xl_turn_give;
	}
#endif
	return worker_serve(&w.worker);
}
