/*
 * One sender at a server and one receiver at another, as fast as sockets allow:
 *
 *     crossing publish SENDER_PORT RECEIVER_PORT SIZE COUNT
 *     crossing request SENDER_PORT RECEIVER_PORT SIZE COUNT
 *     crossing fresh SENDER_PORT RECEIVER_PORT SIZE COUNT
 *
 * `request` has one subscription for all answers, `fresh` a new one for each.
 *
 * It prints `ready` once the receiver has subscribed, waits for a line on standard input, and prints
 * seconds from the first send to the last arrival, and p50 and p99 of round trips in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "bench.foo"
#define CONNECT_LINE                                                                         \
  "CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1,\"headers\":true,"              \
  "\"no_responders\":true,\"lang\":\"c\",\"version\":\"1\"}\r\n"
enum { BATCH_BYTES = 64 * 1024, BUFFER_BYTES = 1 << 21, PING_BYTES = 6 };

static long size, count;
static int receiver;
static double started, finished;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec * 1e-9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void put(int socket, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    bytes += sent;
    length -= sent;
  }
}

static ssize_t take(int socket, char *bytes, size_t length) {
  ssize_t got = recv(socket, bytes, length, 0);
  if (got <= 0) fail("recv");
  return got;
}

/* Sends lines and waits for the PONG that proves them handled. */
static void round_trip(int socket, const char *lines) {
  char text[BATCH_BYTES];
  size_t length = 0;
  put(socket, lines, strlen(lines));
  put(socket, "PING\r\n", PING_BYTES);
  do {
    if (length >= sizeof text - 1) length = 0;
    length += take(socket, text + length, sizeof text - 1 - length);
    text[length] = 0;
  } while (strstr(text, "PONG\r\n") == NULL);
}

static int dial(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int client = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client, (void *)&address, sizeof address) != 0) fail("connect");
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  round_trip(client, CONNECT_LINE);
  return client;
}

static void wait_for_go(void) {
  char line[64];
  printf("ready\n");
  fflush(stdout);
  if (fgets(line, sizeof line, stdin) == NULL) exit(1);
  started = now();
}

/* Counts bytes only, which cost less than messages; a server may have put one PING in between. */
static void *receive_all(void *unused) {
  char *buffer = malloc(BUFFER_BYTES), frame[128];
  long each = snprintf(frame, sizeof frame, "MSG " SUBJECT " 1 %ld\r\n", size) + size + 2;
  long wanted = each * count, received = 0;
  while (received < wanted) {
    ssize_t got = take(receiver, buffer, BUFFER_BYTES);
    if (received == 0 && memcmp(buffer, frame, 4) != 0) fail(buffer);
    received += got;
  }
  finished = now();
  if ((received - wanted) % PING_BYTES != 0) exit(3);
  return unused;
}

static void publish_all(int sender) {
  char head[128], *batch;
  int length = snprintf(head, sizeof head, "PUB " SUBJECT " %ld\r\n", size);
  long each = length + size + 2, per_batch = BATCH_BYTES / each > 0 ? BATCH_BYTES / each : 1;
  batch = malloc(each * per_batch);
  for (long i = 0; i < per_batch; i++) {
    char *at = batch + i * each;
    memcpy(at, head, length);
    memset(at + length, 'x', size);
    memcpy(at + length + size, "\r\n", 2);
  }
  for (long left = count; left > 0; left -= per_batch)
    put(sender, batch, (left < per_batch ? left : per_batch) * each);
}

/* Answers with what has come. */
static void *answer(void *unused) {
  char *buffer = malloc(BUFFER_BYTES), *reply = malloc(size + 256);
  size_t length = 0;
  for (;;) {
    char *end, inbox[128];
    ssize_t got = recv(receiver, buffer + length, BUFFER_BYTES - length, 0);
    if (got <= 0) return unused;
    length += got;
    while ((end = memchr(buffer, '\n', length)) != NULL) {
      size_t line = end + 1 - buffer, all = line;
      if (sscanf(buffer, "MSG %*s %*s %127s", inbox) == 1) {
        all += size + 2;
        if (length < all) break;
        int head = sprintf(reply, "PUB %s %ld\r\n", inbox, size);
        memcpy(reply + head, buffer + line, size + 2);
        put(receiver, reply, head + size + 2);
      }
      length -= all;
      memmove(buffer, buffer + all, length);
    }
  }
}

static int by_value(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

/* Returns round trips in microseconds, sorted. */
static double *request_all(int sender, int fresh) {
  double *trips = malloc(sizeof *trips * count);
  char *request = malloc(size + 256), *buffer = malloc(BUFFER_BYTES), frame[128];
  for (long i = 0; i < count; i++) {
    long sid = fresh ? i + 1 : 1;
    int head = fresh ? sprintf(request, "SUB _INBOX.bench.%ld %ld\r\nUNSUB %ld 1\r\n", i, sid, sid) : 0;
    head += sprintf(request + head, "PUB " SUBJECT " _INBOX.bench.%ld %ld\r\n", i, size);
    memset(request + head, 'x', size);
    memcpy(request + head + size, "\r\n", 2);
    long wanted = sprintf(frame, "MSG _INBOX.bench.%ld %ld %ld\r\n", i, sid, size) + size + 2;
    double before = now();
    put(sender, request, head + size + 2);
    for (long received = 0; received < wanted;) {
      ssize_t got = take(sender, buffer, BUFFER_BYTES);
      received += got;
      if (got >= PING_BYTES && memmem(buffer, got, "PING\r\n", PING_BYTES) != NULL)
        received -= PING_BYTES;
    }
    trips[i] = (now() - before) * 1e6;
  }
  finished = now();
  qsort(trips, count, sizeof *trips, by_value);
  return trips;
}

int main(int argc, char **argv) {
  pthread_t thread;
  if (argc != 6) return 2;
  size = atol(argv[4]);
  count = atol(argv[5]);
  int sender = dial(atoi(argv[2])), fresh = strcmp(argv[1], "fresh") == 0;
  int requests = fresh || strcmp(argv[1], "request") == 0;
  double *trips = NULL;
  receiver = dial(atoi(argv[3]));
  if (requests && !fresh) round_trip(sender, "SUB _INBOX.bench.* 1\r\n");
  round_trip(receiver, "SUB " SUBJECT " 1\r\n");
  wait_for_go();
  pthread_create(&thread, NULL, requests ? answer : receive_all, NULL);
  if (requests) {
    trips = request_all(sender, fresh);
  } else {
    publish_all(sender);
    pthread_join(thread, NULL);
  }
  printf("%.6f %.1f %.1f\n", finished - started, trips == NULL ? 0 : trips[count / 2],
         trips == NULL ? 0 : trips[count * 99 / 100]);
  return 0;
}
