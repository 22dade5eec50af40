"""Words that say nothing about what is asked for, one list a language: lower case, without accents or apostrophes."""

_LISTS = {
    "en": """a about again all also am an and any are as at be because been before being but by can cannot cant
    could couldnt did didnt do does doesnt doing done dont each else every few for from get gets getting go
    going got had has hasnt have havent having he hello help her here hers hey hi him his how i id if ill im
    in into is isnt it its ive just let lets like ll me might mine more most much must my need no not of on
    only or other our ours out please pls re said same shall she should shouldnt so some still such than thank
    thanks that thats the their theirs them then there theres these they this those to too try trying us ve
    very want wants was wasnt we were werent what whats when where which while who whom whose why will with
    wont would wouldnt you your yours youre""",
    "es": """a ademas al algo algun alguna algunas algunos ante antes aqui asi aun aunque cada como con cual
    cuales cualquier cuando cuanto cuanta de del desde donde dos e el ella ellas ellos en entonces entre era
    eran es esa esas ese eso esos esta estaba estan estar estas este esto estos estoy fue fueron gracias ha
    habia hace hacer hacia han has hasta hay he hola la las le les lo los mas me mi mientras mio mis mucho muy
    nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por porque puede pueden
    puedo pues que quien quiero se sea ser si sido sin sobre solo son soy su sus suya suyo tal tambien tan
    tanto te tener tengo ti tiene tienen todo todos tu tus un una unas uno unos usted ustedes y ya yo""",
    "fr": """a afin ai ainsi alors apres as au aucun aucune aussi autre autres aux avait avant avec avez avoir
    avons bonjour c ca car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d
    dans de des deux depuis dois doit donc dont du elle elles en encore entre es est et etait etant ete etes
    etre eu fait faire faut font ici il ils j je l la le les leur leurs lors lorsque lui m ma mais me meme mes
    merci moi mon n ne ni nos notre nous on ont ou par parce pas peu peut peuvent peux plus pour pourquoi puis
    puisque qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si sinon soit son sont sous
    souhaite suis sur t ta tandis te tes toi ton tous tout toute toutes tres tu un une vers veux voici voila
    vos votre vous y""",
    "de": """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist
    bitte da dadurch daher damit dann das dass dein deine dem den denn der des deshalb dich die dies diese
    diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einige er es etwas
    euch euer eure fur ganz gegen geht gibt hab habe haben hallo hat hatte hatten hier hin hinter ich ihm ihn
    ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jetzt kann kannst kein
    keine keinen konnen konnte man mein meine meinem meinen meiner mich mir mit mochte muss mussen nach nicht
    nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so soll sollte sondern
    sonst uber um und uns unser unsere unter vom von vor wahrend wann war waren warum was weil weiter welche
    welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo wollen wurde wurden zu
    zum zur zwar zwischen""",
    "it": """a abbiamo ad agli ai al alcuni all alla alle allo altra altre altri altro anche ancora avere avete
    aveva bene c che chi ci ciao ciascuno cio come con contro cosa cosi cui d da dagli dai dal dall dalla
    dalle dallo degli dei del dell della delle dello deve devo di dopo dove due e ed era erano essere fa fare
    fino fra gia gli grazie ha hai hanno ho i il in io l la le lei li lo loro lui ma me mi mia mie miei mio
    molto ne negli nei nel nell nella nelle nello no noi non nostra nostro o ogni oppure per perche piu poi
    posso possono prima pu pua puo quale quali quando quanto quella quelle quelli quello questa queste questi
    questo qui s sa se sei sempre senza si sia siamo siete solo sono sopra sotto sta su sua sue sugli sui sul
    sull sulla sulle suo suoi ti tra tu tua tuo tutti tutto un una uno vi voglio voi vorrei vostra vostro""",
    "pt": """a ainda algum alguma alguns ao aos apenas aquela aquele aqui as assim ate cada com como contra da
    das de dela dele deles depois desde desta deste deve devo do dos e ela elas ele eles em entao entre era
    essa esse esta estao estar estas este estes estou eu faz fazer foi for foram ha isso isto ja la lhe lhes
    mais mas me mesma mesmo meu meus minha minhas muito na nao nas nem neste no nos nossa nosso num numa o
    obrigado ola onde os ou outra outras outro outros para pela pelas pelo pelos pode podem por porque posso
    pra qual quais qualquer quando quanto que quem quero se seja sem sempre ser seu seus sido so sobre sua
    suas tal tambem te tem tenho ter toda todas todo todos tu tua tudo um uma umas uns voce voces""",
    "nl": """aan af al alle alleen alles als altijd andere ben bij bent bent beter dan dank dat de deze die dit
    doe doen door dus een eens en er ge geen gewoon haar had hallo heb hebben hebt heeft hem het hier hij hoe
    hun ik in is ja je jij jou jouw jullie kan kon kunnen maar me meer men met mij mijn moet moeten na naar
    niet niets nog nu of om omdat onder ons onze ook op over per te tegen tot tussen u uit uw van vanaf veel
    via voor waar waarom wanneer waren was wat we wel welk welke werd wie wij wil willen word worden wordt zal
    ze zich zij zijn zo zodat zonder zou""",
    "sv": """alla allt att av blev bli blir da de dem den denna deras dess dessa det detta dig din dina dit du
    dar eller en er era ett fran for ha hade han har hej hennes hon hos hur i ifran in inte ja jag kan man med
    mellan men mig min mina mitt mot mycket nar nagon nagot nej nu och om oss pa sa sadan sedan sig sin sina
    sitt ska skall skulle som tack till under upp ut utan vad var vara varfor varje vem vi vid vilken vill ar
    at over""",
    "da": """ad af alle alt at blev bliver da de dem den denne der deres det dette dig din dine dit du efter
    eller en end er et for fra ha har havde hej hendes her hos hun hvad hvis hvor hvordan hvorfor i ikke ind
    ja jeg jer kan man med meget men mig min mine mit mod nar ned nej noget nogle nu og ogsa om op os over pa
    sa se sig sin sine skal skulle som tak til ud under var vi vil ville være""",
    "nb": """alle alt at av bare ble blir da de deg dem den denne der deres det dette din dine ditt du eller en
    enn er et ett for fra ha hadde han har hei henne hun hva hvem hver hvis hvor hvordan hvorfor i ikke inn ja
    jeg kan man med meg men mer min mine mitt mot na nar ned nei noe noen og ogsa om opp oss over pa sa seg
    sin sine skal skulle som takk til under ut var vi vil ville vare""",
    "ru": """а без бы был была были было быть в вам вас весь во вот все всего вы где да для до его ее если есть
    еще же за здесь и из или им их к как какая какие какой когда кто ли мне меня мы на нам нас не нет ни но ну
    о об он она они оно от по под при про с со так также там то того только тот ты у уже что чтобы эта эти это
    этот я""",
    "pl": """a ale albo bez bo by byc byl byla bylo byly ci co czy dla do gdy gdzie go i ich ile im in ja jak
    jaka jakie jaki jako je jego jej jest jestem jeszcze juz kiedy kto ktora ktore ktory lub ma mam masz mi
    mnie moge moja moje moj mozna na nad nie nich nim niz o od on ona one oni oraz po pod prosze przed przez
    przy sa sie sobie ta tak takze tam te tego tej ten to tu ty tylko tym u w we wiec witam wszystko z za ze
    zeby""",
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
