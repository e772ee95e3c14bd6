/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libxl backend's own. One process has one context and runs one operation
 * at a time; libxl ends the process when memory runs out, and that is why none
 * of this is in the daemon. */
#ifndef XAPID_DOMAIN_XL_H
#define XAPID_DOMAIN_XL_H

#define LIBXL_API_VERSION 0x041400
#include <libxl.h>
#include <libxl_utils.h>
#include <xenstore.h>
#include <xentoollog.h>

#include "domain/domain.h"

struct xl {
	libxl_ctx *ctx;
	struct xs_handle *xs;
	struct xentoollog_logger *logger;
	const char *state_dir; /* borrowed */
	int turns;             /* the file of xl_turn.c */
};

/* ---- xl.c ---- */
/* The last complaint of libxl since xl_forget(), "" for none. */
const char *xl_complaint(const struct xl *x);
void xl_forget(struct xl *x);
/* rc of libxl as an error of the API: -1. what: "create". */
int xl_fail(struct xl *x, struct op *op, int rc, const char *what);
/* The domain of op->uuid. 1: *domid_r is set; 0: there is none; -1: raised. */
int xl_find(struct xl *x, struct op *op, uint32_t *domid_r);
/* The same, where none is VM_HALTED. 0 or -1. */
int xl_need(struct xl *x, struct op *op, uint32_t *domid_r);
/* What a domain is at this moment. */
struct xl_state {
	bool paused;
	bool ended;       /* shut down or crashed, dying too */
	bool held;        /* suspended where it is, and nobody let it go on */
	int64_t memory;   /* bytes that it has */
	int64_t cpu_time; /* nanoseconds */
	unsigned vcpus, vcpus_online;
};
/* rc of libxl; all is 0 when it fails. */
int xl_look(struct xl *x, uint32_t domid, struct xl_state *out_r);
/* Bytes that it has; 0: not known. */
int64_t xl_memory(struct xl *x, uint32_t domid);
/* A node below the domain's or any path; in the arena; NULL: absent. */
const char *xl_read(struct xl *x, struct op *op, const char *path);
/* "hvm", "pv" or "pvh", as libxl noted; "": not known. */
const char *xl_kind(struct xl *x, struct op *op, uint32_t domid);
int xl_write(struct xl *x, struct op *op, const char *path, const char *text);
/* An empty node that the guest may write and make others below. */
int xl_give_to_guest(struct xl *x, struct op *op, uint32_t domid,
    const char *path);
/* Sleeps a moment between two looks. False: cancelled, or the deadline (from
 * xl_deadline()) is over. */
int64_t xl_deadline(int seconds);
bool xl_again(const struct op *op, int64_t deadline);

/* ---- xl_turn.c ---- */
/* -1 and errno. */
int xl_turn_open(struct xl *x);
/* Around each operation. -1: raised. */
int xl_turn_take(void *context, struct op *op);
void xl_turn_give(void *context, const struct op *op);

/* ---- xl_config.c ---- */
/* Everything but devices. 0 or -1, raised; dispose of it either way. */
int xl_config(struct xl *x, struct op *op, libxl_domain_config *out_r);

/* ---- xl_platform.c ---- */

/* What VM.platform (NULL is fine) says of any guest, and of one with emulated
 * hardware, into what libxl_domain_build_info_init_type() made. */
void xl_platform(const struct value *platform, libxl_domain_build_info *b);
void xl_platform_hvm(const struct value *platform, libxl_domain_build_info *b);

/* ---- xl_tune.c ---- */
/* How it is scheduled, and its memory for page tables. 0 or -1, raised. */
int xl_tune(struct xl *x, struct op *op, libxl_domain_build_info *b);

/* ---- xl_kernel.c ---- */
/* The path of a kernel or ramdisk that is allowed and one, or NULL, raised. */
const char *xl_guest_file(const struct xl *x, struct op *op, const char *path);

/* ---- xl_disk.c, xl_nic.c ---- */
/* Into what xl_config() made; a loop device in the place of a plain file. fds:
 * what keeps loop devices until a backend has opened them. */
struct xl_loops {
	int fd[64];
	unsigned n;
};
void xl_loops_close(struct xl_loops *l);
/* A disk or a guest's image; served: what the kernel must call the device, which
 * may have become another one's since it was told; "": anything. -1 and errno. */
int xl_open_image(const char *path, const char *served, int flags);
/* 1: a guest's memory was written there, 0: something else; -1 and errno. */
int xl_image_begins(int fd);
/* emulated: QEMU serves CDs, since it can change the medium. */
int xl_disk(struct xl *x, struct op *op, const struct value *device,
    libxl_device_disk *out_r, struct xl_loops *loops, bool emulated);
/* Whether the backend has opened its block device. */
bool xl_disk_is_active(uint32_t domid, const char *vdev);
/* Gives it that device and waits until it has opened it. */
int xl_disk_activate(struct xl *x, struct op *op, uint32_t domid,
    const libxl_device_disk *disk);
int xl_nic(struct xl *x, struct op *op, const struct value *device,
    libxl_device_nic *out_r);
/* What the guest is told of the addresses of an interface. */
int xl_nic_addresses(struct xl *x, struct op *op, uint32_t domid,
    const struct value *device);
/* The answer of create and resume. */
int xl_answer_domain(struct xl *x, struct op *op, uint32_t domid);

/* ---- xl_use.c ---- */
/* What of a device (its folder in /sys) the control domain uses, in the arena;
 * NULL: nothing. */
const char *xl_use_of(struct op *op, const char *device);

/* ---- xl_pci.c, xl_usb.c ---- */
/* Takes it from the control domain where that does not use it, into what
 * xl_config() made. */
int xl_pci(struct xl *x, struct op *op, const struct value *device,
    libxl_domain_config *config);

#define XL_USB_PORTS 6
/* The device, and with the first one the controller, into what xl_config()
 * made. */
int xl_usb(struct op *op, const struct value *device,
    libxl_domain_config *config);
/* Waits until no driver of the host has one of the new domain's. */
int xl_usb_taken(struct op *op);
int xl_usb_unplug(struct xl *x, struct op *op, uint32_t domid);

/* ---- xl_tpm.c ---- */
/* Its process, and the device into what xl_config() made. */
int xl_tpm(struct xl *x, struct op *op, const struct value *device,
    libxl_domain_config *config);
/* The domain has gone: so does its TPM. Its contents are the answer where the
 * request wants them ("vtpm" 1), else they are forgotten. */
int xl_tpm_ended(struct xl *x, struct op *op);
/* The same for one that stands still. */
int xl_tpm_held(struct xl *x, struct op *op);
void xl_tpm_give_up(struct xl *x, struct op *op);

/* ---- xl_model.c ---- */

/* Kills the device models of a domain that is gone. */
void xl_model_end(uint32_t domid);

/* ---- operations ---- */
op_fn xl_create, xl_resume;                                    /* xl_create.c */
op_fn xl_script;                                               /* xl_script.c */
op_fn xl_unpause, xl_pause, xl_shutdown, xl_sleep, xl_destroy; /* xl_power.c */
op_fn xl_suspend, xl_checkpoint, xl_go_on;                     /* xl_save.c */
op_fn xl_plug, xl_connect, xl_unplug;                          /* xl_plug.c */
op_fn xl_insert, xl_eject;                                     /* xl_media.c */
op_fn xl_set_memory, xl_set_vcpus, xl_trigger, xl_sysrq, xl_xenstore_write,
    xl_stats;                                            /* xl_live.c */
op_fn xl_dump;                                           /* xl_dump.c */
op_fn xl_priority;                                       /* xl_priority.c */
op_fn xl_set_scheduling, xl_set_shadow;                  /* xl_tune.c */
op_fn xl_addresses, xl_rebridge, xl_rate;                /* xl_nic.c */
op_fn xl_host, xl_dmesg, xl_debug_keys, xl_guest_agents; /* xl_host.c */
op_fn xl_pci_access;                                     /* xl_pci.c */
op_fn xl_list;                                           /* xl_list.c */
op_fn xl_vtpm;                                           /* xl_tpm.c */
/* From another thread, while an operation runs: it ends early where libxl can
 * do that. */
void xl_cancel(void *context);
/* Sends what happens to domains as events until the process ends: -1. */
int xl_watch(const char *state_dir);

#endif
