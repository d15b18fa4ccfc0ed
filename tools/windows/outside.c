/* Runs the program of Linux that has this program's name (git.exe: git), for tests alone: it stands in for what a
 * laptop may have of Git for Windows. Wine starts programs of Linux and tells nothing of them, so a shell writes what
 * they say into files, and last how they ended. */
#include <io.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

typedef char *(__cdecl *unix_name_of)(const wchar_t *);

static char line[60000], unix_folder[4096];
static wchar_t folder[MAX_PATH], wide[60000];
static unix_name_of unix_name;

static void quoted(const char *text)
{
    char *to = line + strlen(line);
    *to++ = '\'';
    for (; *text; text++) {
        if (*text == '\'') { memcpy(to, "'\\''", 4); to += 4; }
        else *to++ = *text;
    }
    memcpy(to, "' ", 3);
}

static void copied(const wchar_t *name, FILE *to)
{
    wchar_t path[MAX_PATH];
    char data[65536];
    size_t count;
    FILE *from;
    swprintf(path, MAX_PATH, L"%ls\\%ls", folder, name);
    if (!(from = _wfopen(path, L"rb"))) return;
    while ((count = fread(data, 1, sizeof data, from))) fwrite(data, 1, count, to);
    fclose(from);
    fflush(to);
}

int wmain(int count, wchar_t **words)
{
    wchar_t own[MAX_PATH], told[MAX_PATH];
    char text[32768];
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION process;
    int number, code = 127;
    FILE *ended;

    unix_name = (unix_name_of)(void *)GetProcAddress(GetModuleHandleA("kernel32"), "wine_get_unix_file_name");
    GetTempPathW(MAX_PATH, own);
    swprintf(folder, MAX_PATH, L"%lsoutside-%lu-%lu", own, GetCurrentProcessId(), GetTickCount());
    if (!unix_name || !CreateDirectoryW(folder, NULL)) return code;
    strcpy(unix_folder, unix_name(folder));
    GetModuleFileNameW(NULL, own, MAX_PATH);
    *wcsrchr(own, L'.') = 0;
    GetCurrentDirectoryW(MAX_PATH, told);
    strcpy(line, "cd "); quoted(unix_name(told)); strcat(line, "&& ");
    WideCharToMultiByte(CP_UTF8, 0, wcsrchr(own, L'\\') + 1, -1, text, sizeof text, NULL, NULL); quoted(text);
    for (number = 1; number < count; number++) {
        const wchar_t *word = words[number];
        if (word[0] && word[1] == L':' && (word[2] == L'\\' || word[2] == L'/')) quoted(unix_name(word));
        else { WideCharToMultiByte(CP_UTF8, 0, word, -1, text, sizeof text, NULL, NULL); quoted(text); }
    }
    sprintf(text, "%s/line", unix_folder);
    swprintf(told, MAX_PATH, L"%ls\\line", folder);
    if (!(ended = _wfopen(told, L"wb"))) return code;
    fputs(line, ended);
    fclose(ended);
    sprintf(line, "\"Z:\\bin\\sh\" -c \"cd '%s'; sh line </dev/null >out 2>err; echo $? >new; mv new code\"", unix_folder);
    MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, 60000);
    CreateProcessW(L"Z:\\bin\\sh", wide, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process);
    swprintf(told, MAX_PATH, L"%ls\\code", folder);
    while (!(ended = _wfopen(told, L"rb"))) Sleep(10);
    fscanf(ended, "%d", &code);
    fclose(ended);
    _setmode(1, 0x8000);
    _setmode(2, 0x8000);
    copied(L"out", stdout);
    copied(L"err", stderr);
    for (number = 0; number < 4; number++) {
        static const wchar_t *names[] = {L"line", L"out", L"err", L"code"};
        swprintf(told, MAX_PATH, L"%ls\\%ls", folder, names[number]);
        DeleteFileW(told);
    }
    RemoveDirectoryW(folder);
    return code;
}
