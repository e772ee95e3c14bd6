/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of this machine in /sys, which anybody may read. What they call
 * themselves is theirs: it is cleaned, and cut. Names of PCI devices are in the
 * system's pci.ids, if it has it. */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/text.h"
#include "passthrough/device_scan.h"

#define PCI "/sys/bus/pci/devices/"
#define USB "/sys/bus/usb/devices/"
#define MAX_ENTRIES 4096
#define NAME_CHARS 128
#define IDS_BYTES ((size_t)4 << 20)

/* ---- /sys ---- */

/* A file of a device as one clean line, or "". */
static const char *
attribute(const char *root, struct builder *b, const char *folder,
    const char *device, const char *name)
{
	CLEANUP_BYTES struct bytes data = { 0 };
	char path[PATH_MAX];
	size_t len;

	if ((size_t)snprintf(path, sizeof(path), "%s%s%s/%s", root, folder,
		device, name) >= sizeof(path) ||
	    file_read(path, 4096, &data) < 0 || !data.len)
		return "";
	len = strcspn(bytes_cstr(&data) ? data.p : "", "\n");
	while (len && data.p[len - 1] == ' ')
		len--;
	if (len > NAME_CHARS)
		len = NAME_CHARS;
	while (len && !text_is_clean(data.p, len))
		len--;
	return builder_text(b, "%.*s", (int)len, data.p);
}

/* The last part of what a link of a device points at, or "". */
static const char *
link_of(const char *root, struct builder *b, const char *folder,
    const char *device, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t n;
	const char *slash;

	if ((size_t)snprintf(path, sizeof(path), "%s%s%s/%s", root, folder,
		device, name) >= sizeof(path))
		return "";
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return "";
	target[n] = '\0';
	slash = strrchr(target, '/');
	return builder_text(b, "%s", slash ? slash + 1 : target);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder that look right, in order. */
static unsigned
list(const char *root, struct builder *b, const char *folder,
    bool (*fits)(const char *name), const char *out[DEVICE_SCAN_MAX])
{
	DIR *dir = opendir(builder_text(b, "%s%s", root, folder));
	struct dirent *entry;
	unsigned n = 0;

	for (unsigned i = 0; dir && i < MAX_ENTRIES && n < DEVICE_SCAN_MAX &&
	     (entry = readdir(dir));
	     i++)
		if (fits(entry->d_name))
			out[n++] = builder_text(b, "%s", entry->d_name);
	if (dir)
		closedir(dir);
	if (b->failed)
		return 0;
	qsort(out, n, sizeof(*out), compare);
	return n;
}

/* "0x8086" -> "8086" */
static const char *
hex4(struct builder *b, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 16);

	return end != text && n <= 0xffff ? builder_text(b, "%04lx", n) : "";
}

/* ---- PCI ---- */

static bool
is_pci(const char *name)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (strlen(name) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)name[i])
				   : name[i] != form[i])
			return false;
	return true;
}

/* Storage, network, display, accelerators; of the serial buses USB. */
static bool
is_wanted(const char *class_id)
{
	return strncmp(class_id, "01", 2) == 0 ||
	    strncmp(class_id, "02", 2) == 0 ||
	    strncmp(class_id, "03", 2) == 0 ||
	    strncmp(class_id, "12", 2) == 0 || strcmp(class_id, "0c03") == 0;
}

bool
pci_is_same_slot(const char *a, const char *b)
{
	return strncmp(a, b, strcspn(a, ".") + 1) == 0;
}

static int64_t
functions_of(const char *const names[], unsigned n, const char *address)
{
	int64_t count = 0;

	for (unsigned i = 0; i < n; i++)
		count += pci_is_same_slot(names[i], address);
	return count;
}

#define TEXT(name) attribute(root, b, PCI, f->address, name)

static bool
read_pci(const char *root, struct builder *b, struct pci_facts *f)
{
	unsigned long class = strtoul(TEXT("class"), NULL, 16);

	f->class_id = builder_text(b, "%04lx", class >> 8 & 0xffff);
	f->vendor_id = hex4(b, TEXT("vendor"));
	f->device_id = hex4(b, TEXT("device"));
	f->subsystem_vendor_id = hex4(b, TEXT("subsystem_vendor"));
	f->subsystem_device_id = hex4(b, TEXT("subsystem_device"));
	f->driver = link_of(root, b, PCI, f->address, "driver");
	f->function_of = link_of(root, b, PCI, f->address, "physfn");
	f->primary = strcmp(TEXT("boot_vga"), "1") == 0;
	f->class_name = f->vendor_name = f->device_name = "";
	f->subsystem_vendor_name = f->subsystem_device_name = "";
	return *f->vendor_id && is_wanted(f->class_id);
}
#undef TEXT

/* ---- names: vendors at the margin, their devices behind one tab, the
 * subsystems of those behind two; classes as "C 02", with theirs ---- */

static const char *
name_on(struct builder *b, const char *line)
{
	size_t len = strcspn(line, "\n");

	if (len > NAME_CHARS)
		len = NAME_CHARS;
	while (len && !text_is_clean(line, len))
		len--;
	return builder_text(b, "%.*s", (int)len, line);
}

/* What stands behind the key on a line with so many tabs, or NULL. */
static const char *
behind(const char *line, const char *tabs, const char *key)
{
	size_t n = strlen(tabs), k = strlen(key);

	if (!k || strncmp(line, tabs, n) != 0 ||
	    strncmp(line + n, key, k) != 0 ||
	    strncmp(line + n + k, "  ", 2) != 0)
		return NULL;
	return line + n + k + 2;
}

/* One device: what is looked for, and where in the list we are. */
struct search {
	struct pci_facts *f;
	char class[8], subclass[4], both[16];
	bool in_vendor, in_device, in_class;
};

static void
search_begin(struct search *s, struct pci_facts *f)
{
	*s = (struct search){ .f = f };
	snprintf(s->class, sizeof(s->class), "C %.2s", f->class_id);
	snprintf(s->subclass, sizeof(s->subclass), "%.2s", f->class_id + 2);
	snprintf(s->both, sizeof(s->both), "%.4s %.4s", f->subsystem_vendor_id,
	    f->subsystem_device_id);
}

static void
on_margin(struct search *s, struct builder *b, const char *line)
{
	const char *name;

	s->in_vendor = s->in_device = s->in_class = false;
	if ((name = behind(line, "", s->f->vendor_id))) {
		s->f->vendor_name = name_on(b, name);
		s->in_vendor = true;
	}
	if ((name = behind(line, "", s->f->subsystem_vendor_id)))
		s->f->subsystem_vendor_name = name_on(b, name);
	if ((name = behind(line, "", s->class))) {
		s->f->class_name = name_on(b, name);
		s->in_class = true;
	}
}

static void
look(struct search *s, struct builder *b, const char *line)
{
	const char *name;

	if (*line != '\t') {
		on_margin(s, b, line);
	} else if (line[1] != '\t') {
		s->in_device = false;
		if (s->in_vendor &&
		    (name = behind(line, "\t", s->f->device_id))) {
			s->f->device_name = name_on(b, name);
			s->in_device = true;
		}
		if (s->in_class && (name = behind(line, "\t", s->subclass)))
			s->f->class_name = name_on(b, name);
	} else if (s->in_device && (name = behind(line, "\t\t", s->both))) {
		s->f->subsystem_device_name = name_on(b, name);
	}
}

static void
name_all(const char *root, struct builder *b, struct pci_facts *f, unsigned n)
{
	static const char *const paths[] = { "/usr/share/misc/pci.ids",
		"/usr/share/hwdata/pci.ids" };
	CLEANUP_BYTES struct bytes ids = { 0 };
	struct search searches[DEVICE_SCAN_MAX];
	const char *line = NULL;

	for (size_t i = 0; !line && i < 2; i++)
		if (file_read(builder_text(b, "%s%s", root, paths[i]),
			IDS_BYTES, &ids) == 0)
			line = bytes_cstr(&ids);
	for (unsigned i = 0; i < n; i++)
		search_begin(&searches[i], &f[i]);
	for (; line && *line; line += *line == '\n') {
		for (unsigned i = 0; *line != '#' && *line != '\n' && i < n;
		     i++)
			look(&searches[i], b, line);
		line += strcspn(line, "\n");
	}
}

/* One goes where the others of its slot go: the sound of a GPU. */
static bool
has_wanted(const char *const names[], const bool wanted[], unsigned n,
    const char *address)
{
	for (unsigned i = 0; i < n; i++)
		if (wanted[i] && pci_is_same_slot(names[i], address))
			return true;
	return false;
}

unsigned
pci_read(const char *root, struct builder *b,
    struct pci_facts out[DEVICE_SCAN_MAX])
{
	const char *names[DEVICE_SCAN_MAX];
	bool wanted[DEVICE_SCAN_MAX];
	unsigned all = list(root, b, PCI, is_pci, names), n = 0;

	for (unsigned i = 0; i < all; i++) {
		out[i].address = names[i];
		out[i].functions = functions_of(names, all, names[i]);
		wanted[i] = read_pci(root, b, &out[i]);
	}
	for (unsigned i = 0; i < all; i++)
		if (*out[i].vendor_id &&
		    has_wanted(names, wanted, all, names[i]))
			out[n++] = out[i];
	if (n)
		name_all(root, b, out, n);
	return n;
}

/* ---- USB ---- */

/* "1-2.4": neither a hub of the machine ("usb1") nor an interface ("1-2:1.0").
 */
static bool
is_usb(const char *name)
{
	return isdigit((unsigned char)*name) && strchr(name, '-') &&
	    strspn(name, "0123456789-.") == strlen(name) && strlen(name) < 64;
}

/* Its first interface says what a device is that does not say it itself. */
static bool
is_for_the_host(const char *root, struct builder *b, const char *device)
{
	const char *first = builder_text(b, "%s:1.0", device);

	if (strcmp(attribute(root, b, USB, device, "bDeviceClass"), "09") == 0)
		return true;
	return strcmp(attribute(root, b, USB, first, "bInterfaceClass"),
		   "03") == 0 &&
	    strcmp(attribute(root, b, USB, first, "bInterfaceSubClass"),
		"01") == 0;
}

#define TEXT(name) attribute(root, b, USB, f->path, name)

unsigned
usb_read(const char *root, struct builder *b,
    struct usb_facts out[DEVICE_SCAN_MAX])
{
	const char *names[DEVICE_SCAN_MAX];
	unsigned all = list(root, b, USB, is_usb, names), n = 0;

	for (unsigned i = 0; i < all; i++) {
		struct usb_facts *f = &out[n];

		f->path = names[i];
		f->vendor_id = hex4(b, TEXT("idVendor"));
		f->product_id = hex4(b, TEXT("idProduct"));
		f->vendor = TEXT("manufacturer");
		f->product = TEXT("product");
		f->serial = TEXT("serial");
		f->version = TEXT("version");
		f->speed = strtod(TEXT("speed"), NULL);
		while (*f->version == ' ')
			f->version++;
		n += *f->vendor_id && !is_for_the_host(root, b, f->path);
	}
	return n;
}
