# The beginning, the language, the zone, the account, and what goes wrong.

language-name = English
which-language = Which language shall I speak?
language-set = I speak English now.
welcome =
    Hello { $name }! I keep your to-do list.

    Write me what there is to do, and I make a task of it: <i>Call the bank tomorrow 10:00 @home p1</i>. I tell you when it is time.

    /tasks shows the list, /new makes a task step by step, /help tells the rest.
help =
    <b>Tasks</b>
    Any message becomes a task, after you have seen what I understood:
    <i>Call the bank tomorrow 10:00 @home p1 !30m // ask about the card</i>
    A date, <code>@category</code>, <code>p1</code> to <code>p3</code>, <code>every monday</code>, <code>!30m</code> for a reminder, <code>//</code> for a description.

    /tasks – the list
    /new – a task step by step
    /add – a task by one line
    /search – find tasks
    /categories – your categories
    /undo – take the last change back

    <b>Comments</b>
    Answer a message that shows a task, and your answer becomes a comment.

    <b>Settings</b>
    /timezone – where you are
    /lang – the language
    /link – join this chat with an account that you have elsewhere
    /export – your data as a file
    /delete_me – delete your account
    /cancel – leave what is under way
unknown-command = I don't know that command. /help lists all that I know.
only-text = I read only text. Write it, please.
only-in-private = I keep a list for one person, so I work in private chats only. Write to me there.
old-button = This button is of another time. /tasks shows the list as it is.
answered-before = That question is answered already.
press-a-button = Press one of the buttons above, or /cancel.
nothing-to-cancel = There is nothing to cancel.
cancelled = Cancelled.

gone = That is gone, or was never yours. /tasks shows the list as it is.
conflict = That was changed somewhere else in the meantime. Look at it again, please.
refused = The server does not accept that. Write it another way, please.
refused-blank = There is nothing in it that one could read. Write something, please.
refused-long = That is too long. Write a shorter one, please.
refused-many = That is too much for one task.
refused-needs-due = There has to be a due date first.
refused-past = That time has passed. Choose a later one.
refused-range = That is out of range. Choose something else, please.
refused-sign = There is a sign in it that can't be kept. Write it without, please.
too-many = Too many at once. Try again in a moment.
server-down = I can't reach the server right now. Nothing is lost: try again in a moment.
went-wrong = Something went wrong on my side. Try again; if it stays so, tell whoever runs this bot.

set-zone = Set the time zone
ask-zone =
    Your time zone is <b>{ $zone }</b>, where it is { $now } now.

    To change it: share your place with the button, write a city or a zone (<i>Berlin</i>, <i>Europe/Berlin</i>), or the time on your clock (<i>14:35</i>).
share-place = 📍 Share my place
which-zone = Which of these?
zone-set = Your time zone is <b>{ $zone }</b>, where it is { $now } now.
zone-unknown = I don't know that place. Write a larger city nearby, a zone such as <i>Europe/Berlin</i>, or the time on your clock. /cancel leaves it as it is.

how-to-link =
    To join this chat with an account that you have elsewhere, have it make a code there:

    <code>todo link telegram</code>

    Then open the link that it shows, or send me <code>/link CODE</code>.
linked =
    Joined: this chat shows the same list as your other programs now.

    Its time zone is <b>{ $zone }</b>, where it is { $now } now.
linked-zone = Until now, this chat was in <b>{ $zone }</b>. Which one shall it be, for all your programs?
bad-code = That code is wrong, used, or older than ten minutes. Make a new one: <code>todo link telegram</code>
bad-code-joined = This chat is already joined with <b>{ $account }</b>. The code is wrong, used, or older than ten minutes.
already-linked = This chat belongs to an account with a password already. Take it off that account first.
export-caption = All your tasks, categories and comments.
export-too-big = Your data are too large for a message here. Use <code>todo export</code> at a terminal.
ask-delete-me = Delete your account with <b>all</b> tasks, categories and comments? Nobody can bring them back.
yes-delete-me = 🗑 Yes, delete all
kept-me = Nothing was deleted.
deleted-me = All your data are deleted. /start begins anew.

menu-tasks = the list
menu-add = a task by one line
menu-new = a task step by step
menu-search = find tasks
menu-categories = your categories
menu-undo = take the last change back
menu-timezone = where you are
menu-lang = language · язык
menu-link = join with an account
menu-export = your data as a file
menu-cancel = leave what is under way
menu-help = what I can do
