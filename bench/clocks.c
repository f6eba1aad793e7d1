/* clocks.c: see clocks.h. */
#include "clocks.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t wall_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t own_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* The first line of /proc/PID/NAME. */
static bool proc_line(pid_t pid, const char *name, char *line, int size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    const bool read = fgets(line, size, f) != NULL;
    fclose(f);
    return read;
}

/* From /proc/PID/stat, in ticks of 10 ms or so: where the kernel keeps no finer count.
 */
static bool ticks_of(pid_t pid, uint64_t *ns)
{
    char line[1024];
    uint64_t user, system;
    if (!proc_line(pid, "stat", line, sizeof line))
        return false;
    const char *behind_name = strrchr(line, ')');
    if (!behind_name ||
        sscanf(behind_name,
            ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &user,
            &system) != 2)
        return false;
    *ns = (user + system) * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
    return true;
}

bool cpu_ns_of(pid_t pid, uint64_t *ns)
{
    char line[128];
    if (proc_line(pid, "schedstat", line, sizeof line) &&
        sscanf(line, "%" SCNu64, ns) == 1 && *ns > 0)
        return true;
    return ticks_of(pid, ns);
}

bool is_local_server(pid_t pid)
{
    char name[64];
    return pid > 0 && proc_line(pid, "comm", name, sizeof name) &&
           strncmp(name, "postgres", 8) == 0;
}

/* The processors that this process could use when it first asked. */
static const cpu_set_t *allowed(void)
{
    static cpu_set_t set;
    if (CPU_COUNT(&set) == 0)
        sched_getaffinity(0, sizeof set, &set);
    return &set;
}

/* The last one: the first is where interrupts tend to go. */
bool pin(pid_t pid)
{
    cpu_set_t one;
    size_t cpu = CPU_SETSIZE - 1;
    while (cpu > 0 && !CPU_ISSET(cpu, allowed()))
        cpu--;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(pid, sizeof one, &one) == 0;
}

bool unpin(pid_t pid)
{
    return sched_setaffinity(pid, sizeof(cpu_set_t), allowed()) == 0;
}
