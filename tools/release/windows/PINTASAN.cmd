@echo off
rem Puts a shortcut to the page on the desktop; again after the folder has moved. Nothing is installed.
setlocal DisableDelayedExpansion
if not exist "%~dp0python\python.exe" goto failed
"%~dp0python\python.exe" "%~dp0program\shortcut.py"
if errorlevel 1 goto failed
echo Pintasan Serah ada di desktop. / The shortcut is on the desktop.
pause
exit /b %errorlevel%
:failed
echo Pintasan tidak dapat dibuat: klik kanan MULAI.cmd, "Kirim ke", "Desktop (buat pintasan)".
echo The shortcut could not be made: right-click MULAI.cmd, "Send to", "Desktop (create shortcut)".
pause
exit /b 3
