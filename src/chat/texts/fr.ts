import type { CommandTexts } from './command-texts.ts';

export const frCommands: CommandTexts = {
  story: {
    does: 'Continuer une histoire à partir de ses premiers mots',
    options: {
      opening: 'Comment elle commence ; sans cela, je prends une phrase que j’ai lue',
      corpus: 'Le recueil d’histoires d’où je raconte',
      words: 'Combien de mots ajouter, signes de ponctuation compris ; sinon {words}',
      temperature: 'L’audace : 0 prend toujours le mot le plus probable, 2 est débridé',
      'max-copy': 'Combien de mots de suite peuvent être tels que je les ai lus ; sinon, sans limite',
      seed: 'Un nombre ; le même redonne la même histoire',
    },
  },
  train: {
    does: 'Me confier un fichier texte à apprendre',
    options: {
      file: 'Une histoire en .txt, .md, .html ou .epub ; sans elle, je réapprends le recueil',
      corpus: 'Le recueil où il va ; sinon il porte le nom du fichier',
      mode: 'Ajouter au recueil, ou repartir de zéro',
    },
  },
  accuracy: { does: 'Montrer à quel point je connais un recueil', options: { corpus: 'Quel recueil' } },
  corpora: {
    does: 'Montrer les recueils, ou choisir celui d’où je raconte',
    options: {
      action: 'Que faire ; sinon les montrer',
      corpus: 'Quel recueil',
      version: 'Le modèle auquel revenir ; sinon le précédent',
    },
  },
  forget: {
    does: 'Effacer ce que vous m’avez confié et tout ce que j’en ai appris',
    options: {
      scope: 'Sans cela, je demande d’abord s’il y a plus d’un recueil',
      corpus: 'Dans ce recueil seulement',
    },
  },
  cancel: {
    does: 'Interrompre un apprentissage et oublier ce qu’il a appris',
    options: { corpus: 'Le recueil en cours d’apprentissage' },
  },
  help: { does: 'Ce que je sais faire, et ce que je garde', options: {} },
  choices: {
    append: 'Ajouter',
    clean: 'Repartir de zéro',
    list: 'Les montrer',
    everything: 'Tout ce qui est à moi',
    use: 'Raconter d’après lui dans ce salon',
    'use-everywhere': 'Raconter d’après lui sur tout le serveur',
    export: 'Le donner sous forme de fichier',
    rollback: 'Revenir à un modèle antérieur',
  },
};
