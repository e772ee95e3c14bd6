/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments of the domain worker's operations: structs that grow. */
#ifndef XAPID_VM_ARGS_H
#define XAPID_VM_ARGS_H

#include "vm/start/vm_domain_args.h"

#define ARGS_MAX 40

struct args {
	struct arena *a;
	struct value_member m[ARGS_MAX];
	uint32_t n;
	bool failed;
};

/* Those of an operation on a VM. */
void args_begin(struct args *m, struct arena *a, const char *op,
    const struct vm *vm);
/* -1: no memory, here or in what was put before. */
int args_finish(struct args *from, struct value *out);

void args_put(struct args *to, const char *name, struct value value);
void args_put_text(struct args *to, const char *name, const char *s);
void args_put_int(struct args *to, const char *name, int64_t i);
void args_put_bool(struct args *to, const char *name, bool b);
void args_put_double(struct args *to, const char *name, double d);
/* A map string string; keep NULL: all of it. */
void args_put_map(struct args *to, const char *name, const struct map *map,
    bool (*keep)(const char *key));
/* vm_device_args.c: of all devices that the VM has when it starts. */
void args_put_devices(struct args *to, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg);

/* A number from 0 to max in a map; what is none counts as absent. */
int64_t args_number_in(const struct map *m, const char *key, int64_t otherwise,
    int64_t max);
/* Where the VM is, or is about to be. */
struct ref args_host_of(const struct vm *vm);

#endif
