/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs domains: a table of functions, one for the simulator, one for
 * libxl. It is used inside the worker process xapid-domain only; the core
 * speaks to that in frames (xapid/model/frame.h, xapid/worker/).
 *
 * Every operation is plain and synchronous, names its domain by the VM's uuid
 * and is repeatable: done a second time it finds its work done and answers the
 * same. A NULL function means "cannot" and answers NOT_IMPLEMENTED. */
#ifndef XAPID_DOMAIN_DOMAIN_H
#define XAPID_DOMAIN_DOMAIN_H

#include "worker/op.h"

#define DOMAIN_DMESG_BYTES ((size_t)1 << 20)

struct domain_options {
	const char *state_dir; /* where the simulator keeps its truth */
};

struct domain_driver {
	const char *name;
	/* NULL with a sentence in err. */
	void *(
	    *open)(const struct domain_options *o, char *err, size_t err_size);
	void (*close)(void *context);

	/* args: uuid name type("hvm"|"pv"|"pvh"|"pv_in_pvh")
	 * memory_static_max memory_target (bytes) vcpus vcpus_max weight cap
	 * mask host_mask (lib/cpu_mask.h) shadow_multiplier kernel ramdisk cmdline firmware("bios"|"uefi")
	 * boot_order nested platform{} bios_strings{} xenstore_data{} vnc
	 * devices[ {device:"vbd/N", kind:"disk"|"cdrom"|"floppy", virtual,
	 * mode:"RO"|"RW", path, format:"raw"|"qcow2"|"empty", served (what the
	 * kernel must call the device at path; "": anything)} {device:"vif/N",
	 * mac, bridge, mtu, rate_kbps, locked} {device:"vusb/PORT", vendor_id,
	 * product_id} {device:"pci/N", address}
	 * {device:"vtpm/0", contents: what "destroy" has answered, "" for a new
	 * one} ].
	 * result: domid, interfaces [ {device, interface} ]. The domain is
	 * paused, its disks are connected, its interfaces are not. */
	op_fn *create;
	op_fn *unpause;
	op_fn *pause;
	/* args: reason ("poweroff", "reboot"). The guest is asked and has gone
	 * when this answers: VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT if it did not
	 * react, VM_SHUTDOWN_TIMEOUT if it did not end. */
	op_fn *shutdown;
	/* ACPI S3: the guest is asked and has taken note when this answers;
	 * the trigger s3resume wakes it. */
	op_fn *sleep;
	/* At once. A domain that is not there is no error. args: vtpm (1: the
	 * result is vtpm, what its TPM knows, if it has one; it is kept until
	 * the VM starts again, or is destroyed without this). */
	op_fn *destroy;
	/* args: path of the image, and served; vtpm, as with destroy. The domain is gone
	 * afterwards; with hold 1 it stands still until it is told to go on, or
	 * is destroyed. */
	op_fn *suspend;
	/* args: path, served, and those of create; result: that of create. Paused. */
	op_fn *resume;
	/* As suspend, but the domain goes on, or with hold 1 stands still. */
	op_fn *checkpoint;
	/* The memory of one that has crashed, into STATE/cores/UUID.core. That it
	 * cannot be written is said in the log, and no error. */
	op_fn *dump;
	op_fn *go_on; /* one that was held; others do already */
	/* args: device and its description as in create; result: interface,
	 * for one. */
	op_fn *plug;
	/* args: device, whose interface the network worker has joined: tells
	 * the guest so and waits until both ends are connected. */
	op_fn *connect;
	/* args: device, force. A device that is not there is no error. */
	op_fn *unplug;
	op_fn *insert;     /* args: device, path, format: a CD into its drive */
	op_fn *eject;      /* args: device */
	op_fn *set_memory; /* args: target (bytes) */
	op_fn *set_vcpus;  /* args: vcpus */
	/* args: device, virtual (of a disk), sched ("rt", "best-effort", "idle",
	 * "none"), level (0 … 7): whose requests the host serves first. Of a
	 * disk that its guest has not connected to there is nobody to tell. */
	op_fn *priority;
	op_fn *rate; /* args: a vif as in create; how much it may send */
	/* args: weight cap mask host_mask, as in create */
	op_fn *set_scheduling;
	/* args: shadow_multiplier memory_static_max vcpus_max, as in create */
	op_fn *set_shadow;
	op_fn *trigger; /* args: what ("nmi", "sleep", …) */
	op_fn *sysrq;   /* args: key, one character */
	/* args: xenstore_data {}: below the domain's vm-data. */
	op_fn *xenstore_write;
	/* args: what: "begin" with script, "look" (result: state, return,
	 * stdout, stderr, as the guest wrote them), "clear". */
	op_fn *script;
	/* args: a vif as in create: tells the guest which addresses to use. */
	op_fn *addresses;
	/* args: device (of an interface), bridge: where it is now. A domain that
	 * is gone is no error. */
	op_fn *rebridge;
	op_fn *stats; /* result: memory, vcpus, cpu (seconds of all), … */
	/* The machine: result: memory_total, memory_free, dom0_memory (bytes),
	 * cpus, sockets, cores, threads, nodes, hvm, iommu, xen_version. */
	op_fn *host;
	/* The hypervisor's own messages. args: clear (1: they are gone
	 * afterwards); result: text, the last DOMAIN_DMESG_BYTES. */
	op_fn *dmesg;
	op_fn *debug_keys; /* args: keys; what they show is in dmesg */
	/* What the agents of all guests may read. args: update_enabled ("true",
	 * "false", "": not said), update_url ("": not said). */
	op_fn *guest_agents;
	/* Whether the control domain has a PCI device. args: address, dom0, of a
	 * simulated one before: its driver then. result: driver ("pciback": the
	 * control domain has it not), use: what is in its way, "" for nothing. */
	op_fn *pci_access;
	/* Without a VM: result: missing: why guests can have no TPM here, and
	 * what helps; "" when they can. Else result: vtpm, what the VM's knows
	 * by now, if it has one here. */
	op_fn *vtpm;
	/* result: struct uuid -> domid, name, state ("running", "paused",
	 * "shutdown:REASON"), memory, vcpus, devices; of real ones also type
	 * and details: what the devices are, as in create. */
	op_fn *list;
	/* Orders for tests: args: what, of, skip, count; see worker/obey.h. */
	op_fn *order;
	/* For tests: something happens to a guest that nobody asked for.
	 * args: what ("poweroff", "reboot", "crash", "gone", "appear", "deaf", "connect" …). */
	op_fn *happen;
};

/* sim*.c and xl_*.c */
extern const struct domain_driver domain_sim;
extern const struct domain_driver domain_xl; /* where there is libxl */

#endif
