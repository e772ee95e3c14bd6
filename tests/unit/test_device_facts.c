/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices as a made-up /sys tells them. */
#include "passthrough/device_scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "tests/lib/unit.h"

static void
put(const char *path, const char *text)
{
	char full[512], *slash;

	snprintf(full, sizeof(full), "%s", unit_path(path));
	slash = strrchr(full, '/');
	*slash = '\0';
	CU_ASSERT_EQUAL_FATAL(file_make_dirs(full, 0700), 0);
	*slash = '/';
	CU_ASSERT_EQUAL_FATAL(file_write_atomic(full, text, strlen(text), 0600),
	    0);
}

static void
put_pci(const char *address, const char *class, const char *ids[4])
{
	static const char *const names[] = { "vendor", "device",
		"subsystem_vendor", "subsystem_device" };
	char path[128];

	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/%s",
		    address, names[i]);
		put(path, ids[i]);
	}
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/class", address);
	put(path, class);
}

#define IDS(...) ((const char *[4]){ __VA_ARGS__ })

static void
put_machine(void)
{
	put_pci("0000:02:00.0", "0x020000\n",
	    IDS("0x8086\n", "0x1521\n", "0x15d9\n", "0x1521\n"));
	put_pci("0000:02:00.1", "0x020000\n",
	    IDS("0x8086\n", "0x1521\n", "0x15d9\n", "0x0001\n"));
	put_pci("0000:00:1f.0", "0x060100\n",
	    IDS("0x8086\n", "0xa30e\n", "0x0\n", "0x0\n"));
	put_pci("nonsense", "0x020000\n",
	    IDS("0x8086\n", "0x1521\n", "0x15d9\n", "0x1521\n"));
	put_pci("0000:03:00.0", "0x010700\n", IDS("what", "ever", "", ""));
	CU_ASSERT(
	    symlink("../../../../bus/pci/drivers/igb",
		unit_path("sys/bus/pci/devices/0000:02:00.0/driver")) == 0);
	put_pci("0000:04:00.0", "0x030000\n",
	    IDS("0x10de\n", "0x1eb8\n", "0x0\n", "0x0\n"));
	put("sys/bus/pci/devices/0000:04:00.0/boot_vga", "1\n");
	put_pci("0000:04:00.1", "0x040300\n",
	    IDS("0x10de\n", "0x10f8\n", "0x0\n", "0x0\n"));
	put("usr/share/misc/pci.ids",
	    "# a list\n"
	    "15d9  Super Micro Computer Inc\n"
	    "8086  Intel Corporation\n"
	    "\t1520  Another\n"
	    "\t\t15d9 1521  Not this one\n"
	    "\t1521  I350 Gigabit Network Connection\n"
	    "\t\t15d9 1521  The board's own\n"
	    "9999  Other\n"
	    "\t1521  Not this one either\n"
	    "C 02  Network controller\n"
	    "\t00  Ethernet controller\n");
}

static void
test_a_card_is_told_with_its_names(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct pci_facts f[DEVICE_SCAN_MAX];
	struct builder b = { .arena = a };

	put_machine();
	CU_ASSERT_EQUAL_FATAL(pci_read(unit_folder(), &b, f), 4);
	CU_ASSERT(!b.failed);
	CU_ASSERT_STRING_EQUAL(f[0].address, "0000:02:00.0");
	CU_ASSERT_STRING_EQUAL(f[0].class_id, "0200");
	CU_ASSERT_STRING_EQUAL(f[0].class_name, "Ethernet controller");
	CU_ASSERT_STRING_EQUAL(f[0].vendor_id, "8086");
	CU_ASSERT_STRING_EQUAL(f[0].vendor_name, "Intel Corporation");
	CU_ASSERT_STRING_EQUAL(f[0].device_name,
	    "I350 Gigabit Network Connection");
	CU_ASSERT_STRING_EQUAL(f[0].subsystem_vendor_name,
	    "Super Micro Computer Inc");
	CU_ASSERT_STRING_EQUAL(f[0].subsystem_device_name, "The board's own");
	CU_ASSERT_STRING_EQUAL(f[0].driver, "igb");
	CU_ASSERT_EQUAL(f[0].functions, 2);
	CU_ASSERT_STRING_EQUAL(f[1].subsystem_device_name, "");
	CU_ASSERT_STRING_EQUAL(f[1].driver, "");
	CU_ASSERT(!f[1].primary);
	CU_ASSERT_STRING_EQUAL(f[2].class_id, "0300");
	CU_ASSERT(f[2].primary);
	CU_ASSERT_STRING_EQUAL(f[3].address, "0000:04:00.1");
}

static void
put_usb(const char *path, const char *const pairs[])
{
	char full[128];

	for (; *pairs; pairs += 2) {
		snprintf(full, sizeof(full), "sys/bus/usb/devices/%s/%s", path,
		    pairs[0]);
		put(full, pairs[1]);
	}
}
#define USB(path, ...)                                                         \
	put_usb((path), (const char *const[]){ __VA_ARGS__, NULL })

static void
test_a_stick_is_told_and_a_keyboard_is_not(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct usb_facts f[DEVICE_SCAN_MAX];
	struct builder b = { .arena = a };

	USB("usb1", "idVendor", "1d6b\n", "idProduct", "0002\n");
	USB("1-1", "idVendor", "05e3\n", "idProduct", "0610\n", "bDeviceClass",
	    "09\n");
	USB("1-1.2", "idVendor", "0781\n", "idProduct", "5581\n",
	    "manufacturer", "SanDisk\x01 Corp.\n", "product", "Ultra \n",
	    "serial", "4C53\n", "version", " 3.00\n", "speed", "5000\n",
	    "bDeviceClass", "00\n");
	USB("1-1.2:1.0", "bInterfaceClass", "08\n");
	USB("1-3", "idVendor", "046d\n", "idProduct", "c31c\n");
	USB("1-3:1.0", "bInterfaceClass", "03\n", "bInterfaceSubClass", "01\n");
	USB("1-4", "idVendor", "0403\n", "idProduct", "6001\n");
	CU_ASSERT_EQUAL_FATAL(usb_read(unit_folder(), &b, f), 2);
	CU_ASSERT_STRING_EQUAL(f[0].path, "1-1.2");
	CU_ASSERT_STRING_EQUAL(f[0].vendor_id, "0781");
	CU_ASSERT_STRING_EQUAL(f[0].vendor, "SanDisk"); /* up to what is not
							   text */
	CU_ASSERT_STRING_EQUAL(f[0].product, "Ultra");
	CU_ASSERT_STRING_EQUAL(f[0].serial, "4C53");
	CU_ASSERT_STRING_EQUAL(f[0].version, "3.00");
	CU_ASSERT_DOUBLE_EQUAL(f[0].speed, 5000, 0.1);
	CU_ASSERT_STRING_EQUAL(f[1].path, "1-4");
	CU_ASSERT_STRING_EQUAL(f[1].vendor, "");
}

static void
test_a_machine_without_buses_has_no_devices(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct pci_facts p[DEVICE_SCAN_MAX];
	struct usb_facts u[DEVICE_SCAN_MAX];
	struct builder b = { .arena = a };

	CU_ASSERT_EQUAL(pci_read(unit_path("nowhere"), &b, p), 0);
	CU_ASSERT_EQUAL(usb_read(unit_path("nowhere"), &b, u), 0);
}

UNIT_MAIN("devices",
    { "a card is told with its names", test_a_card_is_told_with_its_names },
    { "a stick is told, and a keyboard is not",
	test_a_stick_is_told_and_a_keyboard_is_not },
    { "a machine without buses has no devices",
	test_a_machine_without_buses_has_no_devices })
