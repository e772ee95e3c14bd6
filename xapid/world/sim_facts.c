/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that the simulator pretends to be: one model for all hosts, as
 * pools are built. */
#include "world/world_private.h"

#define SIM_MEMORY (512 * WORLD_GIB)
#define SIM_UPTIME (9 * 86400) /* seconds before the daemon's first start */

static const struct cpu_facts sim_cpu = {
	.count = 32,
	.sockets = 1,
	.threads_per_core = 2,
	.nodes = 1,
	.vendor = "AuthenticAMD",
	.modelname = "AMD EPYC 7302P 16-Core Processor",
	.speed = "2994.374",
	.family = "23",
	.model = "49",
	.stepping = "0",
	/* what a PV control domain sees of such a CPU */
	.flags = "fpu de tsc msr pae mce cx8 apic mca cmov pat clflush mmx "
		 "fxsr sse sse2 ht syscall nx mmxext fxsr_opt lm 3dnowext "
		 "rep_good nopl nonstop_tsc cpuid extd_apicid pni pclmulqdq "
		 "monitor ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave "
		 "avx f16c rdrand hypervisor lahf_lm cmp_legacy extapic "
		 "cr8_legacy abm sse4a misalignsse 3dnowprefetch bpext ibpb "
		 "fsgsbase bmi1 avx2 bmi2 rdseed adx clflushopt clwb sha_ni "
		 "xsaveopt xsavec xgetbv1 clzero arat umip rdpid",
	.features_pv = "178bfbff-f6f8320b-2e500800-040001f3-0000000f-219c01a9-"
		       "00400004-00000000-00001000-00000000-00000000-00000000",
	.features_hvm = "178bfbff-fef83203-2e500800-244037ff-0000000f-219c01ab-"
			"00400004-00000000-00021000-00000000-00000000-00000000",
};

static struct map
sim_bios(struct builder *b, unsigned number)
{
	struct builder_pairs p = { .b = b };
	const char *const pairs[][2] = {
		{ "bios-vendor", "xapid" },
		{ "bios-version", PACKAGE_VERSION },
		{ "system-manufacturer", "xapid" },
		{ "system-product-name", "Simulated server" },
		{ "system-version", "1" },
		{ "system-serial-number",
		    builder_text(b, "SIM%04u", number + 1) },
		{ "baseboard-manufacturer", "xapid" },
		{ "baseboard-product-name", "Simulated board" },
		{ "oem-1", "Xen" },
		/* identifies the platform to guests; the same on every host
		 * of the original (source: bios_strings of xenapi hosts) */
		{ "oem-2",
		    "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d" },
	};

	for (unsigned i = 0; host_facts_bios_keys[i]; i++)
		builder_put(&p, host_facts_bios_keys[i], "");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		builder_put(&p, pairs[i][0], pairs[i][1]);
	return builder_pairs_map(&p);
}

void
sim_facts(struct builder *b, unsigned number, int64_t now,
    struct host_facts *out)
{
	*out = (struct host_facts){
		.hostname = builder_text(b, "sim-host-%02u", number + 1),
		.linux_version = "4.19.0+1",
		.xen_version = "4.17.5",
		.backend = "simulator",
		.network_backend = "openvswitch",
		.sched_policy = "credit",
		.timezone = "",
		.cpu = sim_cpu,
		.memory_total = SIM_MEMORY,
		/* what a real host of this size loses to Xen */
		.memory_overhead = SIM_MEMORY / 128 * 3,
		.boot_time = now - SIM_UPTIME,
		.iommu = true,
	};
	out->capabilities = BUILDER_STRINGS(b, "xen-3.0-x86_64",
	    "hvm-3.0-x86_32", "hvm-3.0-x86_32p", "hvm-3.0-x86_64");
	out->bios_strings = sim_bios(b, number);
}
