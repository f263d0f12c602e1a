# Задачи, их поля, категории, комментарии и напоминания.

month = { $n ->
        [1] январь
        [2] февраль
        [3] март
        [4] апрель
        [5] май
        [6] июнь
        [7] июль
        [8] август
        [9] сентябрь
        [10] октябрь
        [11] ноябрь
       *[12] декабрь
    }
today = сегодня
tomorrow = завтра
yesterday = вчера
back = « Назад
back-to-list = « Список
cancel = Отмена
clear = Очистить
delete = 🗑 Удалить
edit = ✏️ Изменить
next = Дальше ›
no = Нет
open = Открыть
save = ✅ Сохранить
skip = Пропустить ›
undo = ↩ Вернуть
yes-delete = 🗑 Да, удалить

list-open = Сделать
list-done = Сделано
list-all = Все
list-empty = Здесь пусто. Напишите, что нужно сделать.
search-empty = Ничего такого не нашлось.
old-search = Этот поиск был слишком давно. Новый поиск: /search, все дела: /tasks
range = { $from }–{ $to }
search = 🔍 Поиск
clear-search = ✕ Сбросить поиск
ask-search = Что искать?
by-category = 🏷 По категории
filter-by = Какая категория?
any-category = Все категории
open-list = Открыть список

do = ✅ Сделано
reopen = ↩ Вернуть в работу
note-done = Сделано!
note-reopened = Снова в работе.
done-at = Сделано { $when }
priority-1 = Срочно
priority-2 = Важно
priority-3 = Средний приоритет
priority-none = Без приоритета
whole-description = 📄 Всё описание
description-part = Часть { $part } из { $of }
comments-button = 💬 Комментарии ({ $n })
comments-button-only = 💬 Комментарии
reminder-button = 🔔 Напоминание

what-to-edit = Что изменить?
field-title = Название
field-description = Описание
field-categories = Категории
field-priority = Приоритет
field-due = Срок
field-reminder = Напоминание
field-repeat = Повтор
ask-new-title = Сейчас задача называется <b>{ $title }</b>. Напишите новое название.
title-changed = Новое название: <b>{ $title }</b>
title-too-long = В названии не больше { $most } знаков, а здесь { $n }. Напишите короче; остальное уместится в описании.
ask-new-description = Напишите новое описание.
description-changed = Описание изменено.
text-too-long = Можно не больше { $most } знаков, а здесь { $n }.
which-priority = Какой приоритет?
which-categories = Какие категории?

ask-new-due = Какой срок у <b>{ $title }</b>? Выберите день или напишите: <i>завтра в 18:00</i>.
due-set = Срок: { $when }
no-due = Без срока
no-description = Без описания
ask-time = Во сколько { $day }? Выберите или напишите: <i>14:35</i>.
all-day = Весь день
ask-new-reminder = Когда напомнить о <b>{ $title }</b>? Выберите день или напишите: <i>завтра в 9:00</i>, <i>через 2 часа</i>.
not-a-time = Не понимаю, когда это. Напишите, например, <i>завтра в 18:00</i>, <i>1 декабря 9:30</i> или <i>через 2 часа</i> — или /cancel.
time-is-past = Это было { $when }. Выберите более позднее время.
reminder-is = Напоминание: { $when }
reminder-none = Напоминания нет.
reminder-ask = Когда напомнить?
choose-time = 🕐 Выбрать время
no-reminder = Без напоминания
before-none = в срок
before-minutes = { $n ->
        [one] за { $n } минуту
        [few] за { $n } минуты
       *[other] за { $n } минут
    }
before-hours = { $n ->
        [one] за { $n } час
        [few] за { $n } часа
       *[other] за { $n } часов
    }
before-days = { $n ->
        [one] за { $n } день
        [few] за { $n } дня
       *[other] за { $n } дней
    }

repeat-is = Повторяется { $how }.
repeat-none = Не повторяется.
repeat-ask = Как часто повторять? Выберите или напишите: <i>каждые 2 недели</i>, <i>каждый вторник в 9:00</i>, <i>31 числа каждого месяца</i>.
not-a-repeat = Не понимаю, как часто. Напишите, например, <i>каждые 2 недели</i>, <i>каждый вторник в 9:00</i> или <i>31 числа каждого месяца</i> — или /cancel.
repeat-needs-time = Чтобы повторять несколько раз в день, нужен срок со временем. Сначала укажите его или напишите, как повторять иначе.
often-day = Каждый день
often-workdays = По будням
often-week = Каждую неделю
often-month = Каждый месяц
often-year = Каждый год
often-never = ✕ Не повторять
repeat-minutes = { $n ->
        [1] каждую минуту
        [one] каждые { $n } минуту
        [few] каждые { $n } минуты
       *[other] каждые { $n } минут
    }
repeat-hours = { $n ->
        [1] каждый час
        [one] каждые { $n } час
        [few] каждые { $n } часа
       *[other] каждые { $n } часов
    }
repeat-days = { $n ->
        [1] каждый день
        [one] каждые { $n } день
        [few] каждые { $n } дня
       *[other] каждые { $n } дней
    }
repeat-weeks = { $n ->
        [1] каждую неделю
        [one] каждые { $n } неделю
        [few] каждые { $n } недели
       *[other] каждые { $n } недель
    }
repeat-months = { $n ->
        [1] каждый месяц
        [one] каждые { $n } месяц
        [few] каждые { $n } месяца
       *[other] каждые { $n } месяцев
    }
repeat-years = { $n ->
        [1] каждый год
        [one] каждые { $n } год
        [few] каждые { $n } года
       *[other] каждые { $n } лет
    }
repeat-workdays = по будням
repeat-weekend = по выходным
repeat-weekdays = по { $days }
repeat-weeks-on = { $how } по { $days }
repeat-month-days = { $days } числа каждого месяца
repeat-last-day = в последний день каждого месяца
repeat-nth = { $nth } { $day } каждого месяца
repeat-year-day = каждый год { $day }
repeat-at = { $how } в { $time }
repeat-until = { $how } до { $day }
repeat-times = { $how }, { $n ->
        [one] { $n } раз
        [few] { $n } раза
       *[other] { $n } раз
    }
repeat-from-done = { $how }, считая от выполнения
repeat-rule = по правилу { $rule }
list-and = { $before } и { $last }
# Род дня недели: m, f или n.
weekday-gender = { $n ->
        [3] f
        [5] f
        [6] f
        [7] n
       *[other] m
    }
weekday-each = { $n ->
        [1] понедельникам
        [2] вторникам
        [3] средам
        [4] четвергам
        [5] пятницам
        [6] субботам
       *[7] воскресеньям
    }
weekday-once = { $n ->
        [1] понедельник
        [2] вторник
        [3] среду
        [4] четверг
        [5] пятницу
        [6] субботу
       *[7] воскресенье
    }
nth = { $gender ->
        [f] { $n ->
            [1] в первую
            [2] во вторую
            [3] в третью
            [4] в четвёртую
           *[other] в последнюю
        }
        [n] { $n ->
            [1] в первое
            [2] во второе
            [3] в третье
            [4] в четвёртое
           *[other] в последнее
        }
       *[m] { $n ->
            [1] в первый
            [2] во второй
            [3] в третий
            [4] в четвёртый
           *[other] в последний
        }
    }
day-of-month = { $n }-го

ask-delete = Удалить <b>{ $title }</b>?
deleted = Удалено: <s>{ $title }</s>
undone = Отменено: { $what }.
done-again = Снова сделано: { $what }.
undo-it = ↩ Отменить это
did-add-task = добавление «{ $name }»
did-change-task = изменение «{ $name }»
did-complete-task = выполнение «{ $name }»
did-delete-task = удаление «{ $name }»
did-add-category = добавление категории «{ $name }»
did-rename-category = переименование категории «{ $name }»
did-delete-category = удаление категории «{ $name }»
did-add-comment = добавление комментария «{ $name }»
did-change-comment = изменение комментария «{ $name }»
did-delete-comment = удаление комментария «{ $name }»
did-put-off = откладывание напоминания
cannot-undo = Это уже не вернуть: поверх есть что-то новее, или отменять нечего.

ask-title = Что нужно сделать? Напишите название.
ask-description = Есть что добавить? Напишите описание или пропустите.
ask-categories = Какие категории? Выберите или напишите новую.
ask-day = На какой день? Выберите или напишите: <i>завтра в 18:00</i>.
ask-reminder = Когда напомнить?
ask-confirm = Всё верно?
draft-category-gone = Выбранную категорию тем временем удалили; задача останется без неё.
draft-left = Задачу <b>{ $title }</b> я больше не составляю. Начать заново: /new
task-made = ✅ Сохранено:
ask-line =
    Напишите задачу одной строкой:
    <i>Позвонить в банк завтра в 10:00 @дом p1</i>
offer = Добавить такую задачу?
add-it = ✅ Добавить
add-raw = Как написано

categories = { $n ->
        [0] <b>Категории</b>: пока ни одной.
       *[other] <b>Категории</b>: { $n }
    }
category = 🏷 <b>{ $name }</b>
no-categories = Категорий пока нет. Создать: /categories
new-category = ＋ Новая категория
ask-category = Напишите название новой категории.
category-too-long = В названии не больше { $most } знаков, а здесь { $n }. Напишите короче.
category-exists = Категория с таким названием уже есть.
its-tasks = 📋 Её задачи
rename = ✏️ Переименовать
ask-new-category-name = Сейчас она называется <b>{ $name }</b>. Напишите новое название.
ask-delete-category = Удалить категорию <b>{ $name }</b>? Её задачи останутся.

comments = { $n ->
        [0] Комментариев пока нет.
        [one] { $n } комментарий
        [few] { $n } комментария
       *[other] { $n } комментариев
    }
comment-hint = <i>Чтобы добавить, ответьте на это сообщение.</i>
new-comment = ＋ Комментарий
ask-comment = Напишите комментарий к <b>{ $title }</b>.
ask-new-comment = Напишите новый текст комментария.
comment-made = 💬 Комментарий добавлен к <b>{ $title }</b>.
comment-deleted = Комментарий удалён.
its-comments = 💬 Все комментарии
comments-away = Комментарии сейчас недоступны. Ничего не пропало: попробуйте через минуту.

reminder = 🔔 <b>Напоминание</b>
reminder-again = 🔔 <b>Всё ещё не сделано</b>
reminder-snoozed = 🔔 <b>Вы просили напомнить ещё раз</b>
reminder-late = <i>с опозданием { $late }</i>
reminder-moved = 🔔 <b>Перенесено, напомню: { $when }</b>
reminder-cleared = 🔕 <b>Напоминания больше нет</b>
reminder-done = ✅ <b>Сделано</b>
reminder-gone = Эта задача удалена.
snoozed-until = 💤 <b>Отложено: { $when }</b>
snooze-ten = 💤 10 минут
snooze-hour = 💤 1 час
snooze-morning = 🌅 Завтра утром
snooze-choose = 🕐 Выбрать…
ask-snooze = До какого времени? Выберите день или напишите: <i>через 2 часа</i>, <i>в пятницу 18:00</i>.
note-snoozed = Напомню: { $when }.
reminders-gathered = { $n ->
        [one] 🔔 Пока меня не было, подошло <b>{ $n } напоминание</b>:
        [few] 🔔 Пока меня не было, подошло <b>{ $n } напоминания</b>:
       *[other] 🔔 Пока меня не было, подошло <b>{ $n } напоминаний</b>:
    }
and-more = …и ещё { $n }.
late-minutes = { $n ->
        [one] на { $n } минуту
        [few] на { $n } минуты
       *[other] на { $n } минут
    }
late-hours = { $n ->
        [one] на { $n } час
        [few] на { $n } часа
       *[other] на { $n } часов
    }
late-days = { $n ->
        [one] на { $n } день
        [few] на { $n } дня
       *[other] на { $n } дней
    }
