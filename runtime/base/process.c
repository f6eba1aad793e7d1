/* process.c: the process id, remembered until a fork().
 *
 * A child that something else made than fork(), such as a bare clone(), is not noticed;
 * libc does not work there either. */
#include "base/process.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

static _Atomic pid_t known; /* 0: ask */
static bool forks_are_noticed;

static void forget(void)
{
    known = 0;
}

static void notice_forks(void)
{
    forks_are_noticed = pthread_atfork(NULL, NULL, forget) == 0;
}

static pid_t ask(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, notice_forks);
    const pid_t id = getpid();
    if (forks_are_noticed)
        known = id;
    return id;
}

pid_t process_id(void)
{
    const pid_t id = known;
    return id ? id : ask();
}
