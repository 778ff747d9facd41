/* A disk that fails while a hub runs, preloaded into it. While the folder $FAILING_DISK contains a file `read-only` or `unreadable`, that
   is what the files of the database are, including files that are already open, which no mount can do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is(const char *state) {
    char path[4096];
    const char *folder = getenv("FAILING_DISK");
    if (!folder) return 0;
    snprintf(path, sizeof path, "%s/%s", folder, state);
    return access(path, F_OK) == 0;
}

static int is_database(const char *path) { return strstr(path, "/reuse-surface.db") != NULL; }

static int of_database(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_database(path);
}

static int refused(int fd, const char *state, int error) {
    int kept = errno;
    if (is(state) && of_database(fd)) {
        errno = error;
        return 1;
    }
    errno = kept;
    return 0;
}

int open64(const char *path, int flags, ...) {
    int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, "open64");
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && is_database(path) && is("read-only")) {
        errno = EROFS;
        return -1;
    }
    return next(path, flags, mode);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    ssize_t (*next)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return refused(fd, "read-only", EROFS) ? -1 : next(fd, bytes, count, offset);
}

int ftruncate64(int fd, off64_t length) {
    int (*next)(int, off64_t) = dlsym(RTLD_NEXT, "ftruncate64");
    return refused(fd, "read-only", EROFS) ? -1 : next(fd, length);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset) {
    ssize_t (*next)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    return refused(fd, "unreadable", EIO) ? -1 : next(fd, bytes, count, offset);
}
