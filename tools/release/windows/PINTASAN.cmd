@echo off
rem Puts a shortcut to the page on the desktop; again after the folder has moved. Nothing is installed.
setlocal DisableDelayedExpansion
set "SERAH_FOLDER=%~dp0"
powershell -NoProfile -Command "$s=New-Object -ComObject WScript.Shell; $l=$s.CreateShortcut((Join-Path $s.SpecialFolders('Desktop') 'Serah.lnk')); $l.TargetPath=$env:SERAH_FOLDER+'MULAI.cmd'; $l.WorkingDirectory=$env:SERAH_FOLDER; $l.IconLocation=$env:SERAH_FOLDER+'serah.ico'; $l.Save()"
if errorlevel 1 goto failed
echo Pintasan Serah ada di desktop. / The shortcut is on the desktop.
pause
exit /b %errorlevel%
:failed
echo Pintasan tidak dapat dibuat: klik kanan MULAI.cmd, "Kirim ke", "Desktop (buat pintasan)".
echo The shortcut could not be made: right-click MULAI.cmd, "Send to", "Desktop (create shortcut)".
pause
exit /b 3
