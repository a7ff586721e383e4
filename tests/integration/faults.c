/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into spindled by test_store_faults.py: makes the disk slow or broken and the
 * resolver slow, as the file $FAULTS says, line by line: "sync error 5", "sync hold",
 * "sync slow 300" (ms), "write error 30", "resolve hold". Only files under $FAULTS_PATH
 * are concerned. A hold lasts until the file no longer says so; "enter sync" and "leave
 * sync" in $FAULTS_LOG tell when.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool says(const char *what, int *ret_error)
{
    char text[256];
    int file = open(getenv("FAULTS"), O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

    if (file >= 0)
        (void)close(file);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *found = strstr(text, what);
    if (found && ret_error)
        *ret_error = atoi(found + strlen(what));
    return found != NULL;
}

static void tell(const char *verb, const char *what)
{
    char line[64];
    int file =
        open(getenv("FAULTS_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    (void)snprintf(line, sizeof(line), "%s %s\n", verb, what);
    if (file < 0)
        return;
    (void)!write(file, line, strlen(line));
    (void)close(file);
}

static void hold(const char *what)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "%s hold", what);
    if (!says(wanted, NULL))
        return;
    tell("enter", what);
    while (says(wanted, NULL))
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    tell("leave", what);
}

static bool is_concerned(int file)
{
    char link[64], path[512];

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length < 0)
        return false;
    path[length] = '\0';
    return strncmp(path, getenv("FAULTS_PATH"), strlen(getenv("FAULTS_PATH"))) == 0;
}

static int sync_faulty(int file, const char *name)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int error;

    if (is_concerned(file)) {
        hold("sync");
        if (says("sync slow ", &error))
            (void)nanosleep(&(struct timespec){.tv_nsec = error * 1000000L}, NULL);
        if (says("sync error ", &error)) {
            errno = error;
            return -1;
        }
    }
    return real(file);
}

int fdatasync(int file)
{
    return sync_faulty(file, "fdatasync");
}

int fsync(int file)
{
    return sync_faulty(file, "fsync");
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) =
        (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    int error;

    if (is_concerned(file) && says("write error ", &error)) {
        errno = error;
        return -1;
    }
    return real(file, bytes, length, at);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *,
                 struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");

    if (node && strstr(node, "slow"))
        hold("resolve");
    return real(node, service, hints, result);
}
