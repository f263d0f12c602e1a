# Tasks, their fields, categories, comments and reminders.

month = { $n ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
today = today
tomorrow = tomorrow
yesterday = yesterday
back = « Back
back-to-list = « List
cancel = Cancel
clear = Clear
delete = 🗑 Delete
edit = ✏️ Edit
next = Next ›
no = No
open = Open
save = ✅ Save
skip = Skip ›
undo = ↩ Undo
yes-delete = 🗑 Yes, delete

list-open = To do
list-done = Done
list-all = All
list-empty = Nothing here. Write me what there is to do.
search-empty = Nothing here has that in it.
old-search = This list belongs to an old search. /search begins a new one, /tasks shows all that is to do.
range = { $from }–{ $to }
search = 🔍 Search
clear-search = ✕ Clear search
ask-search = What shall I look for?
by-category = 🏷 By category
filter-by = Which category?
any-category = All categories
open-list = Open the list

do = ✅ Done
reopen = ↩ Reopen
note-done = Done!
note-reopened = Open again.
done-at = Done { $when }
priority-1 = Urgent
priority-2 = High
priority-3 = Medium
priority-none = No priority
whole-description = 📄 Whole description
description-part = Part { $part } of { $of }
comments-button = 💬 Comments ({ $n })
comments-button-only = 💬 Comments
reminder-button = 🔔 Reminder

what-to-edit = What shall be changed?
field-title = Title
field-description = Description
field-categories = Categories
field-priority = Priority
field-due = Due date
field-reminder = Reminder
field-repeat = Repetition
ask-new-title = The title is <b>{ $title }</b>. Write the new one.
title-changed = Renamed: <b>{ $title }</b>
title-too-long = A title has at most { $most } characters, this one has { $n }. Write a shorter one; the rest fits into the description.
ask-new-description = Write the new description.
description-changed = The description is changed.
text-too-long = At most { $most } characters are allowed, this text has { $n }.
which-priority = Which priority?
which-categories = Which categories?

ask-new-due = When is <b>{ $title }</b> due? Choose a day, or write: <i>tomorrow 18:00</i>.
due-set = Due { $when }
no-due = No due date
no-description = No description
ask-time = What time { $day }? Choose one, or write it: <i>14:35</i>.
all-day = All day
ask-new-reminder = When shall I remind you of <b>{ $title }</b>? Choose a day, or write: <i>tomorrow 9:00</i>, <i>in 2 hours</i>.
not-a-time = I don't understand that time. Write it like <i>tomorrow 18:00</i>, <i>1 dec 9:30</i> or <i>in 2 hours</i>, or /cancel.
time-is-past = That was { $when }. Choose a later one.
reminder-is = Reminder: { $when }
reminder-none = There is no reminder.
reminder-ask = When shall I remind you?
choose-time = 🕐 Choose a time
no-reminder = No reminder
before-none = at the time
before-minutes = { $n ->
        [one] { $n } minute before
       *[other] { $n } minutes before
    }
before-hours = { $n ->
        [one] { $n } hour before
       *[other] { $n } hours before
    }
before-days = { $n ->
        [one] { $n } day before
       *[other] { $n } days before
    }

repeat-is = It repeats { $how }.
repeat-none = It does not repeat.
repeat-ask = How often shall it repeat? Choose, or write: <i>every 2 weeks</i>, <i>every tuesday 9:00</i>, <i>every month on the 31st</i>.
not-a-repeat = I don't understand how often. Write it like <i>every 2 weeks</i>, <i>every tuesday 9:00</i> or <i>every month on the 31st</i>, or /cancel.
repeat-needs-time = What repeats within a day needs a due date with a time. Set that first, or choose another repetition.
often-day = Every day
often-workdays = Every weekday
often-week = Every week
often-month = Every month
often-year = Every year
often-never = ✕ Never
repeat-minutes = { $n ->
        [1] every minute
       *[other] every { $n } minutes
    }
repeat-hours = { $n ->
        [1] every hour
       *[other] every { $n } hours
    }
repeat-days = { $n ->
        [1] every day
       *[other] every { $n } days
    }
repeat-weeks = { $n ->
        [1] every week
       *[other] every { $n } weeks
    }
repeat-months = { $n ->
        [1] every month
       *[other] every { $n } months
    }
repeat-years = { $n ->
        [1] every year
       *[other] every { $n } years
    }
repeat-workdays = every weekday
repeat-weekend = every weekend
repeat-weekdays = every { $days }
repeat-weeks-on = { $how } on { $days }
repeat-month-days = every month on the { $days }
repeat-last-day = every month on the last day
repeat-nth = every { $nth } { $day } of the month
repeat-year-day = every year on { $day }
repeat-at = { $how } at { $time }
repeat-until = { $how } until { $day }
repeat-times = { $how }, { $n ->
        [1] once
       *[other] { $n } times
    }
repeat-from-done = { $how }, counted from when it is done
repeat-rule = by the rule { $rule }
list-and = { $before } and { $last }
# How a weekday's name inflects: m, f or n.
weekday-gender = { $n ->
       *[other] n
    }
weekday-each = { $n ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
weekday-once = { $n ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
nth = { $gender ->
       *[n] { $n ->
            [1] first
            [2] second
            [3] third
            [4] fourth
           *[other] last
        }
    }
day-of-month = { $n ->
        [1] { $n }st
        [2] { $n }nd
        [3] { $n }rd
        [21] { $n }st
        [22] { $n }nd
        [23] { $n }rd
        [31] { $n }st
       *[other] { $n }th
    }

ask-delete = Delete <b>{ $title }</b>?
deleted = Deleted: <s>{ $title }</s>
undone = Taken back: { $what }.
done-again = Done again: { $what }.
undo-it = ↩ Undo that
did-add-task = adding “{ $name }”
did-change-task = changing “{ $name }”
did-complete-task = completing “{ $name }”
did-delete-task = deleting “{ $name }”
did-add-category = adding the category “{ $name }”
did-rename-category = renaming the category “{ $name }”
did-delete-category = deleting the category “{ $name }”
did-add-comment = adding the comment “{ $name }”
did-change-comment = changing the comment “{ $name }”
did-delete-comment = deleting the comment “{ $name }”
did-put-off = putting a reminder off
cannot-undo = That can't be taken back: something newer stands on it, or there is nothing.

ask-title = What is to be done? Write the title.
ask-description = Is there more to say? Write a description, or skip.
ask-categories = Which categories? Choose some, or write a new one.
ask-day = On which day? Choose one, or write: <i>tomorrow 18:00</i>.
ask-reminder = When shall I remind you?
ask-confirm = Is that right?
draft-category-gone = A category that you had chosen has been deleted in the meantime; the task goes without it.
draft-left = I have let go of the task that you were making: <b>{ $title }</b>. /new begins again.
task-made = ✅ Saved:
ask-line =
    Write the task in one line:
    <i>Call the bank tomorrow 10:00 @home p1</i>
offer = Shall I add this?
add-it = ✅ Add
add-raw = As I wrote it

categories = { $n ->
        [0] <b>Categories</b>: there are none yet.
       *[other] <b>Categories</b>: { $n }
    }
category = 🏷 <b>{ $name }</b>
no-categories = There are no categories yet. /categories makes one.
new-category = ＋ New category
ask-category = Write the name of the new category.
category-too-long = A name has at most { $most } characters, this one has { $n }. Write a shorter one.
category-exists = There is a category of that name already.
its-tasks = 📋 Its tasks
rename = ✏️ Rename
ask-new-category-name = The name is <b>{ $name }</b>. Write the new one.
ask-delete-category = Delete the category <b>{ $name }</b>? Its tasks stay.

comments = { $n ->
        [0] There are no comments yet.
        [one] { $n } comment
       *[other] { $n } comments
    }
comment-hint = <i>Reply to this message to add one.</i>
new-comment = ＋ Comment
ask-comment = Write a comment on <b>{ $title }</b>.
ask-new-comment = Write the new text of the comment.
comment-made = 💬 Comment added to <b>{ $title }</b>.
comment-deleted = The comment is deleted.
its-comments = 💬 All comments
comments-away = Comments can't be reached right now. Nothing is lost: try again in a minute.

reminder = 🔔 <b>Reminder</b>
reminder-again = 🔔 <b>Still to do</b>
reminder-snoozed = 🔔 <b>You asked me to remind you again</b>
reminder-late = <i>{ $late } late</i>
reminder-moved = 🔔 <b>Moved: I'll remind you { $when }</b>
reminder-cleared = 🔕 <b>No reminder any more</b>
reminder-done = ✅ <b>Done</b>
reminder-gone = This task is deleted.
snoozed-until = 💤 <b>Put off until { $when }</b>
snooze-ten = 💤 10 minutes
snooze-hour = 💤 1 hour
snooze-morning = 🌅 Tomorrow morning
snooze-choose = 🕐 Choose…
ask-snooze = Until when? Choose a day, or write: <i>in 2 hours</i>, <i>friday 18:00</i>.
note-snoozed = I'll remind you { $when }.
reminders-gathered = 🔔 While I was away, <b>{ $n } reminders</b> fell due:
and-more = …and { $n } more.
late-minutes = { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
late-hours = { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
late-days = { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
