#!/bin/sh
# setup-system.sh LOCALE TIMEZONE
set -eu

locale=$1 timezone=$2
case "$locale" in
  C | C.* | POSIX) ;;
  *)
    command -v locale-gen >/dev/null 2>&1 || "$(dirname "$0")/apt-install.sh" locales
    charset=${locale#*.}
    [ "$charset" != "$locale" ] || charset=UTF-8
    printf '%s %s\n' "$locale" "$charset" >>/etc/locale.gen
    locale-gen >/dev/null 2>&1 || :
    if [ ! -f "/usr/share/i18n/locales/${locale%%.*}" ]; then
      printf 'sygaldry: error: there is no locale %s (locale in sygaldry.yaml)\n' "$locale" >&2
      exit 65
    fi
    ;;
esac
if [ ! -f "/usr/share/zoneinfo/$timezone" ]; then "$(dirname "$0")/apt-install.sh" tzdata; fi
if [ ! -f "/usr/share/zoneinfo/$timezone" ]; then
  printf 'sygaldry: error: there is no time zone %s (timezone in sygaldry.yaml)\n' "$timezone" >&2
  exit 65
fi
ln -sf "/usr/share/zoneinfo/$timezone" /etc/localtime
printf '%s\n' "$timezone" >/etc/timezone
