/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TPMs of guests with emulated hardware: the device model shows one, swtpm is
 * it. Distributions build their device models for Xen with a TPM or without;
 * a guest that has one gets a device model that knows it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "domain/tpm/swtpm.h"
#include "domain/xl/xl_private.h"
#include "lib/proc.h"

#define PROBE_MS 60000
#define PROBE_BYTES 16384
#define QEMU_GONE_MS 5000

/* ---- what there is ---- */

/* Where distributions, and those who build one themselves, put it. */
static const char *const models[] = {
	"/usr/local/libexec/xen-qemu-system-i386",
	"/usr/local/lib/xen/bin/qemu-system-i386",
	"/usr/libexec/xen-qemu-system-i386",
	"/usr/libexec/xen/bin/qemu-system-i386",
	"/usr/lib/xen/bin/qemu-system-i386",
	"/usr/lib64/xen/bin/qemu-system-i386",
	"/usr/bin/qemu-system-i386",
	"/usr/bin/qemu-system-x86_64",
};

static bool
says(struct bytes *b, const char *word)
{
	const char *text = bytes_cstr(b);

	return text && strstr(text, word);
}

/* QEMU's help for TPMs has the exit status of a mistake. */
static bool
knows(const char *model, const char *option, const char *word)
{
	const char *const argv[] = { model, option, "help", NULL };
	const struct proc_limits limits = { .timeout_ms = PROBE_MS,
		.max_output = PROBE_BYTES };
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };

	return proc_run(argv, NULL, NULL, 0, &limits, &r) == 0 &&
	    !r.timed_out && (says(&r.out, word) || says(&r.err, word));
}

/* The one that was good before is, while it is the same file. */
static const char *
find_model(void)
{
	static const char *found;
	static struct stat then;
	struct stat st;

	if (found && stat(found, &st) == 0 && st.st_ino == then.st_ino &&
	    st.st_mtime == then.st_mtime && st.st_size == then.st_size)
		return found;
	found = NULL;
	for (size_t i = 0; !found && i < sizeof(models) / sizeof(models[0]);
	     i++)
		if (stat(models[i], &then) == 0 &&
		    knows(models[i], "-machine", "xenfv") &&
		    knows(models[i], "-tpmdev", "emulator"))
			found = models[i];
	return found;
}

/* "" when guests can have TPMs here, else what would help. */
static const char *
missing(void)
{
	if (!swtpm_program())
		return "This host has no TPMs for guests: install swtpm";
	if (!find_model())
		return "This host has no TPMs for guests: its QEMU for Xen is "
		       "built without them; install one that knows -tpmdev "
		       "emulator as /usr/local/libexec/xen-qemu-system-i386";
	return "";
}

/* ---- the device ---- */

/* hvmloader describes the older interface to guests where it finds it, and since
 * Xen 4.18 that of TPM 2.0 where it is told so.
 * (source: Xen's tools/libacpi, docs/misc/xenstore-paths) */
static bool
describes_crb(struct xl *x)
{
	const libxl_version_info *v = libxl_get_version_info(x->ctx);

	return v &&
	    (v->xen_version_major > 4 ||
		(v->xen_version_major == 4 && v->xen_version_minor >= 18));
}

/* Pointers to malloc'd text, with a NULL behind them. */
static char **
list_of(const char *const *items, size_t n)
{
	char **list = calloc(n + 1, sizeof(*list));

	for (size_t i = 0; list && i < n; i++)
		if (!(list[i] = strdup(items[i]))) {
			libxl_string_list_dispose(&list);
			return NULL;
		}
	return list;
}

static int
set_arguments(struct xl *x, struct op *op, libxl_domain_config *config,
    const char *socket)
{
	static const char *const version[] = { "tpm_version", "2" };
	bool crb = describes_crb(x);
	const char *const items[] = { "-chardev",
		arena_printf(op->arena, "socket,id=tpm-socket,path=%s", socket),
		"-tpmdev", "emulator,id=tpm0,chardev=tpm-socket", "-device",
		crb ? "tpm-crb,tpmdev=tpm0,ppi=off"
		    : "tpm-tis,tpmdev=tpm0,ppi=off" };

	if (!items[1])
		return op_fail_nomem(op);
	if (xl_add_arguments(op, config, items,
		sizeof(items) / sizeof(items[0])) < 0)
		return -1;
	config->b_info.device_model = strdup(find_model());
	if (crb)
		config->c_info.platformdata = list_of(version, 2);
	return config->b_info.device_model &&
		(!crb || config->c_info.platformdata)
	    ? 0
	    : op_fail_nomem(op);
}

int
xl_tpm(struct xl *x, struct op *op, const struct value *device,
    libxl_domain_config *config)
{
	const char *socket = swtpm_socket(op, x->state_dir);
	const char *why;

	if (config->c_info.type != LIBXL_DOMAIN_TYPE_HVM)
		return op_fail(op, "VM_HVM_REQUIRED", op->uuid, NULL);
	if (!socket)
		return -1;
	why = missing();
	if (*why)
		return op_fail(op, "OPERATION_NOT_ALLOWED", why, NULL);
	if (config->b_info.device_model)
		return op_fail(op, "VTPM_MAX_AMOUNT_REACHED", "1", NULL);
	if (strchr(socket, ',')) /* would be read as another option */
		return op_fail(op, "INVALID_VALUE", "state", x->state_dir,
		    NULL);
	if (swtpm_start(op, x->state_dir, value_text(device, "contents", "")) <
	    0)
		return -1;
	return set_arguments(x, op, config, socket);
}

/* ---- when the guest has ended ---- */

static int
answer_contents(struct xl *x, struct op *op)
{
	const char *contents;

	if (swtpm_contents(op, x->state_dir, &contents) < 0)
		return -1;
	return contents ? op_answer(op,
			      (const struct value_member[]){
				  { "vtpm", value_of_text(contents) } },
			      1)
			: 0;
}

int
xl_tpm_ended(struct xl *x, struct op *op)
{
	if (!op_int(op, "vtpm", 0))
		return swtpm_forget(op, x->state_dir);
	if (swtpm_end(op, x->state_dir, QEMU_GONE_MS) < 0)
		return -1;
	return answer_contents(x, op);
}

int
xl_tpm_held(struct xl *x, struct op *op)
{
	return op_int(op, "vtpm", 0) ? answer_contents(x, op) : 0;
}

void
xl_tpm_give_up(struct xl *x, struct op *op)
{
	(void)swtpm_forget(op, x->state_dir);
}

int
xl_vtpm(void *context, struct op *op)
{
	if (*op->uuid)
		return answer_contents(context, op);
	return op_answer(op,
	    (const struct value_member[]){
		{ "missing", value_of_text(missing()) } },
	    1);
}
