/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs domains: a table of functions, one for the simulator, one for
 * libxl. It is used inside the worker process xapid-domain only; the core
 * speaks to that in frames (xapid/model/frame.h).
 *
 * Every operation is plain and synchronous, names its domain by the VM's uuid
 * and is repeatable: done a second time it finds its work done and answers the
 * same. A NULL function means "cannot" and answers NOT_IMPLEMENTED. */
#ifndef XAPID_DOMAIN_DOMAIN_H
#define XAPID_DOMAIN_DOMAIN_H

#include "lib/arena.h"
#include "model/value.h"

#define DOMAIN_ERROR_PARAMS 4

/* One request while it runs. */
struct domain_op {
	struct arena *arena;      /* of the request and its answer */
	const char *name;         /* "create" */
	const char *uuid;         /* the VM; "" for list */
	const struct value *args; /* the whole request, a struct */
	struct value result;      /* nil unless set */
	const char *error[1 + DOMAIN_ERROR_PARAMS]; /* arena or static */
	unsigned nerror;
};

/* Arguments, with what they are when absent or of another kind. */
const char *domain_arg_text(const struct domain_op *op, const char *name,
    const char *otherwise);
int64_t domain_arg_int(const struct domain_op *op, const char *name,
    int64_t otherwise);
bool domain_arg_bool(const struct domain_op *op, const char *name,
    bool otherwise);
/* -1; an API error code and at most DOMAIN_ERROR_PARAMS parameters, NULL at
 * the end. */
int domain_fail(struct domain_op *op, const char *code, ...)
    __attribute__((sentinel));
int domain_fail_nomem(struct domain_op *op);

struct domain_options {
	const char *state_dir; /* where the simulator keeps its truth */
};

typedef int domain_fn(void *context, struct domain_op *op);

struct domain_driver {
	const char *name;
	/* NULL with a sentence in err. */
	void *(
	    *open)(const struct domain_options *o, char *err, size_t err_size);
	void (*close)(void *context);

	/* args: memory (bytes), vcpus; result: domid. The domain is paused. */
	domain_fn *create;
	domain_fn *unpause;
	domain_fn *pause;
	/* args: reason ("poweroff", "reboot"). The guest is asked and has gone
	 * when this answers: VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT if it did not
	 * react, VM_SHUTDOWN_TIMEOUT if it did not end. */
	domain_fn *shutdown;
	/* At once. A domain that is not there is no error. */
	domain_fn *destroy;
	/* args: path of the image. The domain is gone afterwards. */
	domain_fn *suspend;
	/* args: path, and those of create; result: domid. Paused. */
	domain_fn *resume;
	/* As suspend, but the domain goes on. */
	domain_fn *checkpoint;
	/* args: device ("vbd/0", "vif/1") and its description. */
	domain_fn *plug;
	/* args: device, force. A device that is not there is no error. */
	domain_fn *unplug;
	domain_fn *set_memory; /* args: target (bytes) */
	domain_fn *set_vcpus;  /* args: vcpus */
	/* result: struct uuid -> domid, state, memory, vcpus, devices. */
	domain_fn *list;
	/* Orders for tests: args: what, count; see sim_orders.c. */
	domain_fn *order;
};

extern const struct domain_driver domain_sim;

#endif
