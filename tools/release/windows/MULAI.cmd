@echo off
rem Opens the station's page in the browser. Commands: serah.cmd. (Windows takes Serah.cmd and serah.cmd for one name.)
setlocal DisableDelayedExpansion
title Serah
if not exist "%~dp0python\python.exe" goto part
"%~dp0python\python.exe" "%~dp0program\start.py" serve %*
set "code=%errorlevel%"
if not "%code%"=="0" pause
exit /b %code%
:part
echo Zip Serah belum dibongkar: klik kanan zip itu, "Ekstrak semua", lalu buka MULAI.cmd di folder hasilnya.
echo Serah's zip was not unpacked: right-click it, "Extract all", then open MULAI.cmd in the folder that comes of it.
pause
exit /b 3
