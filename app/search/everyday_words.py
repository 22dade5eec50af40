"""Everyday words, which are right even where no document uses them: a speller leaves them alone.

Forms that a stemmer brings together with these (`asks`, `asking`) need not be listed.
"""

from __future__ import annotations

EVERYDAY_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        """
        able abroad absent accept accident according account across act activate actual add address adult advice
        afford afraid after again age ago agree ahead airport alive allow almost alone along already also although
        always amount angry animal announce annoy another answer anybody anyhow anymore anyone anything anyway
        anywhere apart apologise app appear apple apply april area argue arm around arrange arrive article ask asleep
        assist assume attach attachment attempt august aunt auth autumn available avoid await awake aware away awful
        awhile baby back backup bad bag balance ball bank base basic bath bear beat beautiful became because become
        bed beer before began begin begun behave behind believe belong below beside best better between beyond big
        bill bird birth birthday bit bitten black blame bless block blood blow blue board boat body book boot born
        borrow boss both bother bottle bottom bought box boy brain branch brand brave bread break breakfast breath
        bridge brief bright bring broke broken brother brought brown browser brush build built burn bus bush business
        busy button buy buyer cable cake calendar call came camp cancel capital car care careful carry case cash cat
        catch caught cause caution cease cell cent centre certain chair chance change character charge cheap check
        cheese child children choice choose chose chosen church circle city claim class clean clear clever click climb
        clock close cloth clothes cloud club coat code coffee cold collect college colour come comfort commercial
        common company compare complain complete computer concern confirm confuse connect consider contact contain
        continue contract control cook cool copy corner correct cost couch cough could count country couple courage
        course court cousin cover crazy create cross crowd cry cup cure curious current customise customize cut daily
        damage dance danger dark date daughter day deactivate dead deal dear death debt decade december decide
        decrease deep degree delay delete deliver depend deposit describe deserve design desk despite detail device
        did die differ different difficult dinner dirty disable disappoint discover discuss dish distance district
        divide do doable doctor does dog done door double doubt down download downtown dozen drank draw drawn dream
        dress drew drink drive driven drop drove drunk dry due dumb during dust duty each ear early earn earth ease
        east easy eat eaten edge edit effect effort egg eight either elder eleven else elsewhere email embarrass
        emergency empty enable end enemy engine english enjoy enough enter entire equal err error escape especially
        even evening event eventually ever every everybody everyone everything everywhere evil exact example excellent
        except excite excuse exist expect expense expensive experience explain extra extreme eye face fact fail fair
        fall fallen false family famous far farm fast fat father fault faulty favour favourite fear february feed feel
        feet fell felt female few field fifteen fifth fifty fight figure file fill final finally find fine finger
        finish fire firm first fish fit five fix flag flat flew flight floor flower fly folder follow fond food fool
        foot for force foreign forest forever forget forgive forgot forgotten form former forth fortunate forward
        fought found four fraud free freedom fresh friday friend front fruit full fun funeral funny further future
        gain game garage garden gas gate gather gave gay general gentle get giant gift girl give given glad glass go
        goal goes going gold gone good got government grade grand grant grass gray great green grew grey ground group
        grow grown guard guess guest guide guilty guy habit had hair half hall hand handle hang happen happy hard harm
        has hat hate have head health hear heard heart heat heavy height held hell hello help hence her here herself
        hide high hill him himself his history hit hold hole holiday home honest hope horse hospital hot hotel hour
        house how however huge human hundred hung hungry hurry hurt husband ice idea ideal ignore ill imagine
        immediate important impossible improve inch include increase indeed inform inside install instead intend
        interest internet into invest invite invoice involve iron island issue item itself january job join joke
        journey joy judge juice july jump june just keen keep kept key keyboard kick kid kill kind king kiss kitchen
        knee knew knife knock know known lack lady laid lake land language laptop large last late later latest laugh
        law lay lazy lead leader leaf learn least leather leave led left leg lend length less lesson let letter level
        lie life lift light like likely limit line link lip list listen little live load loan local lock locker login
        logout lonely long look loose lord lose loss lost lot loud love low luck lucky lunch machine mad made magazine
        mail main major make male man manage manner many march mark market marry match matter may maybe meal mean
        meant measure meat media medicine meet member memory men mention menu merely message met metal method middle
        might mile milk million mind mine minor minute mirror miss mistake mix model modern moment monday money month
        mood moon more moreover morning most mostly mother motor mount mountain mouse mouth move movie much mum music
        must my myself name narrow nation nature near nearby nearly neat necessary neck need neighbour neither nephew
        nervous net network never nevertheless new news next nice niece night nine nobody noise none noone normal
        north nose not note nothing notice november now nowadays nowhere number nurse obvious occur october odd off
        offer office often oil okay old once one oneself online only onto open opinion opposite option or orange order
        ordinary organise organize other otherwise ought our ourselves out outside oven over owe own owner pack page
        paid pain paint pair paper pardon parent park part particular partner party pass password past path patient
        pay payment peace pen people pepper per perfect perhaps period permit person personalise personalize phone
        photo pick pics picture piece pig pink pity place plain plan plane plant plastic plate play pleasant please
        pleasure plenty plus pocket poem point police polite poor popular position possible post pound pour power
        practice prefer prepare present press pretty prevent price pride prince print printer prison private prize
        probable problem process produce product profile promise proof proper protect proud prove public pull punish
        pupil purchase pure purpose push put quality quarter queen question quick quickly quiet quit quite race radio
        rain raise ran rang range rare rate rather raw reach read ready real realise realize really reason receive
        recent recognise recognize record red reduce refund refuse regard region register regret relation relax rely
        remain remember remind remove rent repair repeat reply report request rescue respect rest result return
        reverse reward rich ride right ring rise risk river road rock rode role roll roof room root rope rough round
        row royal rubbish rude ruin rule run rush sad safe said sail salary sale salt same sand sang sat saturday save
        saw say scared scene school science score scream screen sea search season seat second secret section secure
        see seed seek seem seen sell send sense sent separate september serious serve server service set setting
        settle seven several shadow shake shall shame shape share sharp she shelf shine ship shirt shock shoe shoot
        shop shore short shot should shoulder shout show shown shut shy sick side sight sign silence silent silly
        silver similar simple since sing single sink sir sister sit situation six size skill skin skirt sky sleep
        slept slice slight slip slot slow small smart smell smile smoke smooth snow soap social society sock soft
        software soil sold soldier solve some somebody somehow someone something sometime sometimes somewhat somewhere
        son song soon sorry sort soul sound soup south space spare speak special speech speed spell spelling spend
        spent spoke spoken spoon sport spot spread spring square stage stair stamp stand star start state station stay
        steal stick still stole stolen stomach stone stood stop store storm story straight strange stranger street
        strength stress strike strong student study stuff stupid style subject submit subscribe succeed success such
        sudden suddenly suffer sugar suggest suit summer sun sunday supply support suppose sure surface surprise sweet
        swim sword sync table tablet take taken talk tall taste taught tax tea teach teacher team tear tell ten tend
        tent term terrible test than thank that theft their them themselves then there therefore these they thick
        thief thin thing think third thirty this those though thought thousand threat three threw through throughout
        throw thrown thursday thus ticket tie tight till time tiny tip tired title toast today together told tomorrow
        tone tongue tonight too took tool tooth top total touch tough tour toward towards tower town toy trace trade
        tradition traffic train transfer travel treat tree trial trick trip trouble truck true trust truth try tuesday
        turn twelve twenty twice two type ugly uncle under understand understood unfortunate unhappy unit university
        unless unlock unsubscribe until unusual update upgrade upload upon upper upset upstairs urgent usable use used
        useful useless user username usual vacation valley value various vary vast vegetable verify version very
        victim video view village violent virus visit voice vote wage wait wake walk wall wallet want war warm warn
        was wash waste watch water wave way we weak wear weather website wedding wednesday week weekend weigh weight
        weird welcome well went were west wet what whatever wheel when whenever where whereas wherever whether which
        while whilst white who whoever whole whom whose why wide wife wifi wild will win wind window wine wing winter
        wire wise wish with withdraw withdrawn within without woke woken woman women won wonder wood wooden word wore
        work world worn worried worry worse worst worth would wound wrap write wrong wrote yard yeah year yellow yes
        yesterday yet you young your yours yourself youth zero zone
        """.split()
    )
}
