/*
 * A table of slots in a file that every backend of the database maps.  Nothing
 * here may fail a writer: what cannot be opened, mapped or allocated is not counted.
 */
#include "engine/stats.hpp"

extern "C" {
#include "common/file_perm.h"
#include "mb/pg_wchar.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "utils/timestamp.h"
}

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

namespace dv::engine {

namespace {

constexpr int nslots = 1024;
constexpr int longest_probe = 64;
constexpr int ncounters = sizeof(Counters) / sizeof(int64);
constexpr size_t error_length = 256;
constexpr uint64 layout = UINT64CONST(0x6476737461740001);

constexpr uint32 empty = 0;
constexpr uint32 dropped = 1; /* no table has this oid */

struct Slot
{
	pg_atomic_uint32 view;
	uint32 unused;
	pg_atomic_uint64 counters[ncounters];
	char last_error[error_length]; /* written without a lock: may be torn, but is always terminated */
	char reserved[512 - 8 - 8 * ncounters - error_length];
};

struct File
{
	uint64 layout;
	int64 server_start; /* counts of another run of the server are thrown away */
	char reserved[512 - 16];
	Slot slots[nslots];
};

static_assert(sizeof(Slot) == 512 && sizeof(Counters) == ncounters * sizeof(int64));

File *mapped = nullptr;
bool tried = false;

/* Makes the file's content that of this run of the server. True if it can be mapped. */
bool
prepare(int fd)
{
	uint64 head[2] = {0, 0};
	static const char zeroes[4096] = {0};

	if (pread(fd, head, sizeof(head), 0) == static_cast<ssize_t>(sizeof(head)) && head[0] == layout &&
		head[1] == static_cast<uint64>(PgStartTime) && lseek(fd, 0, SEEK_END) >= static_cast<off_t>(sizeof(File)))
		return true;
	/* Written out, not left a hole: a hole that a full disk cannot fill would kill who touches it. */
	for (size_t at = 0; at < sizeof(File); at += sizeof(zeroes))
	{
		size_t n = Min(sizeof(zeroes), sizeof(File) - at);

		if (pwrite(fd, zeroes, n, static_cast<off_t>(at)) != static_cast<ssize_t>(n))
			return false;
	}
	head[0] = layout;
	head[1] = static_cast<uint64>(PgStartTime);
	return pwrite(fd, head, sizeof(head), 0) == static_cast<ssize_t>(sizeof(head));
}

File *
file() noexcept
{
	char path[MAXPGPATH];
	int fd;

	if (tried)
		return mapped;
	tried = true;
	::snprintf(path, sizeof(path), PG_STAT_TMP_DIR "/deltaview_%u.stats", MyDatabaseId);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, pg_file_create_mode);
	if (fd < 0)
		return nullptr;
	if (flock(fd, LOCK_EX) == 0 && prepare(fd))
	{
		void *at = mmap(nullptr, sizeof(File), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (at != MAP_FAILED)
			mapped = static_cast<File *>(at);
	}
	(void) flock(fd, LOCK_UN); /* closing would not: the mapping keeps the file open */
	close(fd);
	return mapped;
}

uint32
first_slot(Oid view)
{
	return static_cast<uint32>(view) * 2654435761u >> 16;
}

/* The slot of a view, claimed if there is none. Two backends may claim two for one view: readers add them up. */
Slot *
claim(Oid view) noexcept
{
	File *stats = file();
	Slot *reusable = nullptr;

	if (stats == nullptr)
		return nullptr;
	for (uint32 i = 0; i < longest_probe; i++)
	{
		Slot *slot = &stats->slots[(first_slot(view) + i) % nslots];
		uint32 owner = pg_atomic_read_u32(&slot->view);

		if (owner == view)
			return slot;
		if (owner == dropped && reusable == nullptr)
			reusable = slot;
		if (owner == empty)
		{
			if (reusable == nullptr)
				reusable = slot;
			break;
		}
	}
	if (reusable != nullptr)
	{
		uint32 owner = pg_atomic_read_u32(&reusable->view);

		if (owner == view || (owner <= dropped && pg_atomic_compare_exchange_u32(&reusable->view, &owner, view)))
			return reusable;
	}
	return nullptr; /* full, or somebody was faster: not counted this time */
}

void
clear(Slot *slot) noexcept
{
	for (pg_atomic_uint64 &counter : slot->counters)
		pg_atomic_write_u64(&counter, 0);
	slot->last_error[0] = '\0';
}

} // namespace

void
count(Oid view, const Counters &delta) noexcept
{
	Slot *slot = claim(view);
	int64 values[ncounters];

	if (slot == nullptr)
		return;
	memcpy(values, &delta, sizeof(values));
	for (int i = 0; i < ncounters; i++)
		if (values[i] != 0)
			pg_atomic_fetch_add_u64(&slot->counters[i], values[i]);
}

void
record_error(Oid view, const char *message) noexcept
{
	Slot *slot = claim(view);

	if (slot == nullptr || message == nullptr)
		return;
	size_t length = strlen(message);
	if (length > error_length - 1)
		length = static_cast<size_t>(
			pg_encoding_mbcliplen(GetDatabaseEncoding(), message, static_cast<int>(length), error_length - 1));
	slot->last_error[error_length - 1] = '\0';
	memcpy(slot->last_error, message, length);
	slot->last_error[length] = '\0';
}

bool
read_counters(Oid view, Counters *counters, char *last_error)
{
	File *stats = file();
	int64 sums[ncounters] = {0};
	bool found = false;

	last_error[0] = '\0';
	for (int i = 0; stats != nullptr && i < nslots; i++)
	{
		Slot *slot = &stats->slots[i];

		if (pg_atomic_read_u32(&slot->view) != view)
			continue;
		found = true;
		for (int j = 0; j < ncounters; j++)
			sums[j] += static_cast<int64>(pg_atomic_read_u64(&slot->counters[j]));
		if (slot->last_error[0] != '\0')
		{
			memcpy(last_error, slot->last_error, error_length);
			last_error[error_length - 1] = '\0';
		}
	}
	memcpy(counters, sums, sizeof(sums));
	return found;
}

void
drop_counters(Oid view) noexcept
{
	File *stats = file();

	for (int i = 0; stats != nullptr && i < nslots; i++)
	{
		Slot *slot = &stats->slots[i];

		if (pg_atomic_read_u32(&slot->view) != view)
			continue;
		clear(slot);
		pg_atomic_write_u32(&slot->view, dropped);
	}
}

} // namespace dv::engine
