@echo off
rem Commands: "serah doctor" in a terminal. Opened by a double click, a terminal in which "python main.py doctor" works too.
if not exist "%~dp0python\python.exe" goto part
if "%~1"=="" goto terminal
setlocal DisableDelayedExpansion
"%~dp0python\python.exe" "%~dp0program\start.py" %*
exit /b %errorlevel%
:terminal
"%~dp0python\python.exe" "%~dp0program\start.py" --version || goto stop
if exist "%~dp0data\" set "SERAH_HOME=%~dp0data"
set "PATH=%~dp0python;%~dp0;%PATH%"
pushd "%~dp0program"
echo serah --help
cmd /k
exit /b %errorlevel%
:part
echo Zip Serah belum dibongkar: klik kanan zip itu, "Ekstrak semua", lalu buka serah.cmd di folder hasilnya.
echo Serah's zip was not unpacked: right-click it, "Extract all", then open serah.cmd in the folder that comes of it.
:stop
pause
exit /b 3
