/*
 * A service control manager in one process, for systems that have none.
 *
 * It does what Windows does with a service of its own process: the dispatcher blocks its thread,
 * calls the service's main function on a second one, and hands over controls from its own. Structures
 * are declared as the headers of Windows declare them, so that this side reads them by C's rules.
 *
 * It uses no header, as the machine may have none.
 */

typedef unsigned char BYTE;
typedef unsigned short WORD, WCHAR;
typedef unsigned int DWORD;
typedef int BOOL;
typedef long long HKEY;
typedef unsigned long long SIZE;

typedef struct {
  DWORD dwServiceType, dwCurrentState, dwControlsAccepted, dwWin32ExitCode;
  DWORD dwServiceSpecificExitCode, dwCheckPoint, dwWaitHint;
} SERVICE_STATUS;

typedef void (*SERVICE_MAIN)(DWORD argc, WCHAR **argv);
typedef void (*HANDLER)(DWORD control);
typedef struct {
  WCHAR *lpServiceName;
  SERVICE_MAIN lpServiceProc;
} SERVICE_TABLE_ENTRYW;

typedef struct {
  DWORD (*start)(void *);
  void *argument;
  volatile DWORD result;
  volatile BOOL ended;
} THREAD;

typedef struct {
  THREAD *thread;
  void (*callback)(void *, BYTE);
  void *context;
} WAIT;

enum { STOPPED = 1, START_PENDING, STOP_PENDING, RUNNING };
enum {
  ERROR_ACCESS_DENIED = 5,
  ERROR_INVALID_SERVICE_CONTROL = 1052,
  ERROR_SERVICE_DOES_NOT_EXIST = 1060,
  ERROR_SERVICE_CANNOT_ACCEPT_CTRL = 1061,
  ERROR_SERVICE_NOT_ACTIVE = 1062,
};
enum { TEXT_MAX = 256, HISTORY_MAX = 64, EVENTS_MAX = 16 };

extern int pthread_create(void *, const void *, void *(*)(void *), void *);
extern int pthread_detach(void *);
extern int usleep(unsigned int);
extern void *malloc(unsigned long);
extern void free(void *);
extern void *memset(void *, int, unsigned long);
extern int strcmp(const char *, const char *);

/* What tests set. */
static volatile BOOL refuses_connection, denies_access;
static volatile DWORD delayed_queries;

/* What tests read. */
static SERVICE_STATUS history[HISTORY_MAX];
static volatile DWORD history_length;
static WCHAR service_name[TEXT_MAX];
static DWORD rights_asked, open_handles;

static volatile DWORD last_error, pending_control, hidden_queries;
static SERVICE_STATUS before_control;
static HANDLER handler;

void set_connection_refused(BOOL refused) { refuses_connection = refused; }
void set_access_denied(BOOL denied) { denies_access = denied; }
/* How many queries still see the state there was before a control. */
void set_delayed_queries(DWORD count) { delayed_queries = count; }
DWORD get_history_length(void) { return history_length; }
void *get_history(void) { return history; }
void *get_service_name(void) { return service_name; }
DWORD get_rights(void) { return rights_asked; }
DWORD get_open_handles(void) { return open_handles; }

void reset(void) {
  memset(history, 0, sizeof history);
  memset(service_name, 0, sizeof service_name);
  history_length = rights_asked = open_handles = pending_control = hidden_queries = 0;
  refuses_connection = denies_access = delayed_queries = 0;
  handler = 0;
}

static SERVICE_STATUS current(void) {
  SERVICE_STATUS none = {0x10, STOPPED};
  return history_length == 0 ? none : history[history_length - 1];
}

static BOOL equal(const WCHAR *a, const char *b) {
  while (*a && *a == (WCHAR)*b) a++, b++;
  return *a == (WCHAR)*b;
}

static void *fail(DWORD error) {
  last_error = error;
  return 0;
}

DWORD GetLastError(void) { return last_error; }

DWORD FormatMessageW(DWORD flags, void *source, DWORD code, DWORD language, WCHAR *buffer,
                     DWORD size, void *arguments) {
  const char *text = 0;
  DWORD length = 0;
  if (flags != 0x3200 || source || arguments) return 0;
  if (code == ERROR_INVALID_SERVICE_CONTROL && language == 0x409)
    text = "The requested control is not valid for this service.\r\n";
  if (code == ERROR_SERVICE_DOES_NOT_EXIST && language == 0x409)
    text = "The specified service does not exist as an installed service.\r\n";
  if (code == ERROR_SERVICE_NOT_ACTIVE && language == 0x409)
    text = "The service has not been started.\r\n";
  if (code == 1063 && language == 0x409)
    text = "The service process could not connect to the service controller.\r\n";
  /* A system without English. */
  if (code == ERROR_ACCESS_DENIED && language == 0) text = "Zugriff verweigert\r\n";
  if (!text) return 0;
  for (; text[length] && length < size; length++) buffer[length] = (BYTE)text[length];
  return length;
}

static void *run_thread(void *argument) {
  THREAD *thread = argument;
  thread->result = thread->start(thread->argument);
  thread->ended = 1;
  return 0;
}

static void start_thread(void *(*start)(void *), void *argument) {
  void *thread;
  pthread_create(&thread, 0, start, argument);
  pthread_detach(thread);
}

void *CreateThread(void *attributes, SIZE stack, void *start, void *argument, DWORD flags,
                   void *id) {
  THREAD *thread = malloc(sizeof *thread);
  if (attributes || stack || flags || id) return fail(87);
  memset(thread, 0, sizeof *thread);
  thread->start = start;
  thread->argument = argument;
  start_thread(run_thread, thread);
  return thread;
}

static void *run_wait(void *argument) {
  WAIT *wait = argument;
  while (!wait->thread->ended) usleep(500);
  wait->callback(wait->context, 0);
  free(wait);
  return 0;
}

BOOL RegisterWaitForSingleObject(void **handle, void *object, void *callback, void *context,
                                 DWORD milliseconds, DWORD flags) {
  WAIT *wait = malloc(sizeof *wait);
  if (milliseconds != 0xffffffff || flags != 8) return (long long)fail(87);
  wait->thread = object;
  wait->callback = callback;
  wait->context = context;
  *handle = wait;
  start_thread(run_wait, wait);
  return 1;
}

static void *run_main(void *argument) {
  WCHAR **argv = malloc(sizeof *argv);
  argv[0] = service_name;
  ((SERVICE_MAIN)argument)(1, argv);
  /* Gone as soon as the main function has returned. */
  memset(argv, 0xff, sizeof *argv);
  free(argv);
  return 0;
}

static DWORD dispatch(SERVICE_TABLE_ENTRYW *table) {
  if (refuses_connection) return 0;
  if (table[1].lpServiceName || table[1].lpServiceProc) return 0;
  for (int i = 0; table->lpServiceName[i]; i++) service_name[i] = table->lpServiceName[i];
  start_thread(run_main, table->lpServiceProc);
  do {
    if (pending_control && handler) {
      handler(pending_control);
      pending_control = 0;
    }
    usleep(500);
  } while (!history_length || current().dwCurrentState != STOPPED);
  return 1;
}

void *GetModuleHandleW(WCHAR *name) { return equal(name, "advapi32.dll") ? history : 0; }

void *GetProcAddress(void *module, const char *name) {
  if (module != history || strcmp(name, "StartServiceCtrlDispatcherW")) return fail(127);
  return dispatch;
}

void *RegisterServiceCtrlHandlerW(WCHAR *name, void *function) {
  for (int i = 0; service_name[i]; i++)
    if (name[i] != service_name[i]) return fail(ERROR_SERVICE_DOES_NOT_EXIST);
  handler = (HANDLER)function;
  return &handler;
}

BOOL SetServiceStatus(void *handle, SERVICE_STATUS *status) {
  if (handle != &handler || history_length == HISTORY_MAX) return (long long)fail(6);
  history[history_length] = *status;
  history_length++;
  return 1;
}

void *OpenSCManagerW(WCHAR *machine, WCHAR *database, DWORD rights) {
  if (machine || database || rights != 1) return fail(87);
  if (denies_access) return fail(ERROR_ACCESS_DENIED);
  open_handles++;
  return &open_handles;
}

void *OpenServiceW(void *manager, WCHAR *name, DWORD rights) {
  if (manager != &open_handles) return fail(6);
  if (!equal(name, "nats-server") && !equal(name, "other"))
    return fail(ERROR_SERVICE_DOES_NOT_EXIST);
  rights_asked = rights;
  open_handles++;
  return service_name;
}

BOOL CloseServiceHandle(void *handle) {
  if (handle != &open_handles && handle != service_name) return (long long)fail(6);
  open_handles--;
  return 1;
}

BOOL ControlService(void *service, DWORD control, SERVICE_STATUS *status) {
  SERVICE_STATUS now = current();
  DWORD needed = control == 1 ? 1 : control == 5 ? 4 : control == 6 ? 8 : 0;
  if (service != service_name) return (long long)fail(6);
  if (now.dwCurrentState == STOPPED) return (long long)fail(ERROR_SERVICE_NOT_ACTIVE);
  if (now.dwCurrentState != RUNNING) return (long long)fail(ERROR_SERVICE_CANNOT_ACCEPT_CTRL);
  if ((now.dwControlsAccepted & needed) != needed || (!needed && control < 128 && control != 4))
    return (long long)fail(ERROR_INVALID_SERVICE_CONTROL);
  before_control = now;
  hidden_queries = delayed_queries;
  pending_control = control;
  while (pending_control) usleep(500);
  *status = before_control;
  return 1;
}

BOOL QueryServiceStatus(void *service, SERVICE_STATUS *status) {
  if (service != service_name) return (long long)fail(6);
  *status = current();
  if (hidden_queries) {
    hidden_queries--;
    *status = before_control;
  }
  return 1;
}
