/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layout of the simulator's file, and what its files share. */
#ifndef XAPID_DOMAIN_SIM_PRIVATE_H
#define XAPID_DOMAIN_SIM_PRIVATE_H

#include <stdint.h>

#include "domain/domain.h"
#include "worker/obey.h"

#define SIM_DOMAINS 32768u /* a hash table: keep it at most half full */
#define SIM_RING 16384u
#define SIM_DEVICES 24
#define SIM_DEVICE_NAME 12

enum sim_state {
	SIM_NEVER, /* a place that was never used: searches end here */
	SIM_GONE,
	SIM_PAUSED,
	SIM_RUNNING,
	/* Ended by itself, and there until it is destroyed. */
	SIM_POWEROFF,
	SIM_REBOOT,
	SIM_CRASH,
	SIM_HELD, /* for a checkpoint */
	SIM_WATCHDOG,
	SIM_SOFT_RESET,
};

enum sim_agent {
	SIM_AGENT_NONE,
	SIM_AGENT_LINUX,
	SIM_AGENT_WINDOWS,
	SIM_AGENT_WINDOWS_RDP, /* lets people in by remote desktop */
};

/* How far the script of call_plugin is that a guest has been given. */
enum sim_script {
	SIM_SCRIPT_NONE,
	SIM_SCRIPT_RUNS,
	SIM_SCRIPT_WAITS,
	SIM_SCRIPT_ENDED,
};

struct sim_domain {
	char uuid[40];
	char name[64];  /* cut off */
	uint32_t state; /* enum sim_state */
	uint32_t domid;
	int64_t memory;  /* bytes */
	int64_t started; /* seconds since 1970 */
	uint32_t vcpus;
	uint32_t deaf;  /* does not react to a request to shut down */
	uint32_t agent; /* enum sim_agent */
	char devices[SIM_DEVICES][SIM_DEVICE_NAME]; /* "" is a free place */
	uint16_t asleep; /* ACPI S3: reacts to nothing but its waking */
	uint16_t script; /* enum sim_script */
};

struct sim_world {
	uint64_t magic;
	uint32_t next_domid;
	struct obey_orders orders;
	struct sim_domain domains[SIM_DOMAINS];
	uint32_t ring_len;
	char ring[SIM_RING]; /* the hypervisor's messages, the last of them */
};

/* The mapped file, which outlives this process. */
struct sim {
	int fd;
	struct sim_world *world;
};

/* ---- sim.c ---- */
/* NULL: there is no such domain. */
struct sim_domain *sim_find(struct sim *s, const char *uuid);
/* The domain, or VM_HALTED raised: the core thinks it runs, and it does not. */
struct sim_domain *sim_need(struct sim *s, struct op *op);
/* "running", "paused", "shutdown:crash" … */
const char *sim_state_name(const struct sim_domain *d);
op_fn sim_create;

/* ---- sim_devices.c ---- */
/* Those of create; result: the list of interfaces. */
int sim_give_devices(struct op *op, struct sim_domain *d);
int sim_interfaces(struct op *op, const struct sim_domain *d,
    struct value *out);
/* A change of one that makes no difference here. */
op_fn sim_has_device;
/* Events of guests that connect to their disks. */
void sim_connect_disks(const struct sim_domain *d);
op_fn sim_plug, sim_connect, sim_unplug, sim_insert, sim_eject, sim_pci_access,
    sim_vtpm;

/* ---- sim_guest.c ---- */
/* The agent of a domain that is created with these arguments. */
enum sim_agent sim_guest_agent(const struct op *op);
/* It tells what there is to tell. */
void sim_guest_speak(const struct sim_domain *d);
/* Somebody has written this into its xenstore. */
void sim_guest_read(struct sim_domain *d, const char *path, const char *text);

/* What an order wants done with this operation (worker/obey.h). */
const char *sim_order_for(void *context, const char *op);

/* ---- sim_ring.c ---- */
op_fn sim_dmesg, sim_debug_keys, sim_guest_agents;
/* A line of the hypervisor. */
void sim_say(struct sim *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- sim_happen.c ---- */
op_fn sim_happen;

#endif
